// SPDX-License-Identifier: Apache-2.0
// How murmur::Decentralized is made, saved and loaded.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <murmur/torch/decentralized.h>
#include <torch/serialize/archive.h>

namespace murmur {
inline Decentralized::Decentralized(Groups groups,
                                    DecentralizedOptions defaults,
                                    const torch::nn::Module* module)
    : Optimizer(groups, std::make_unique<DecentralizedOptions>(std::move(defaults))),
      bound_(make_bound(groups, module)),
      factors_(common_decay()) {
  apply_factors();
  if (static_cast<const DecentralizedOptions&>(*defaults_).overlap()) {
    hooks_.emplace(parameters_, [this](std::size_t parameter) { on_gradient(parameter); });
  }
  seed();
}

// Of a factor 1: that of the defaults, or the first one that a group has; less than 0: the
// method's.
inline double Decentralized::common_decay() const {
  double decay = static_cast<const DecentralizedOptions&>(*defaults_).weight_decay();
  for (std::size_t g = 0; g < param_groups_.size() && decay <= 0; ++g) {
    decay = std::max(decay, options_of(g).weight_decay());
  }
  return decay;
}

// Those of the groups, in the order of the module if there is one.
inline std::vector<detail::NamedTensor> Decentralized::name_parameters(
    const torch::nn::Module* module) {
  std::vector<at::Tensor> given;
  for (const auto& group : param_groups_) {
    given.insert(given.end(), group.params().begin(), group.params().end());
  }
  if (given.empty()) {
    throw Error("no parameters are given; an optimizer has one or more");
  }
  std::vector<detail::NamedTensor> named;
  if (module == nullptr) {
    for (std::size_t i = 0; i < given.size(); ++i) {
      named.push_back({std::to_string(i), given[i]});
    }
  } else {
    for (const auto& item : module->named_parameters()) {
      named.push_back({item.key(), item.value()});
    }
  }
  for (const detail::NamedTensor& each : named) {
    parameters_.push_back(each.tensor);
  }
  std::set<std::size_t> places;
  for (const at::Tensor& tensor : given) {
    const auto found = std::find_if(parameters_.begin(),
                                    parameters_.end(),
                                    [&](const at::Tensor& own) { return own.is_same(tensor); });
    rows_.push_back(static_cast<std::size_t>(found - parameters_.begin()));
    places.insert(rows_.back());
  }
  if (places.size() != named.size() || given.size() != named.size() ||
      *places.rbegin() >= named.size()) {
    throw Error(std::to_string(given.size()) + " parameters are in the groups, of " +
                std::to_string(named.size()) + "; each one is in one group, once");
  }
  return named;
}

inline Decentralized::AnyBound Decentralized::make_bound(const Groups& groups,
                                                         const torch::nn::Module* module) {
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups[g].has_options()) {  // newer versions of torch take over the defaults instead
      param_groups_[g].set_options(groups[g].options().clone());
    }
  }
  std::vector<detail::NamedTensor> parameters = name_parameters(module);
  const at::ScalarType type = parameters_.front().scalar_type();
  std::vector<detail::NamedTensor> buffers;
  if (module != nullptr) {
    for (const auto& item : module->named_buffers()) {
      if (item.value().scalar_type() == type) {
        buffers.push_back({item.key(), item.value()});
      }
    }
  }
  for (const detail::NamedTensor& each : parameters) {
    const at::Tensor& tensor = each.tensor;
    if (tensor.scalar_type() != type || (type != at::kFloat && type != at::kDouble) ||
        !tensor.device().is_cpu() || !tensor.is_leaf() || !tensor.requires_grad()) {
      throw Error(
          "the parameter '" + each.name + "' is " + detail::words_of(tensor) +
          "; all are leaves that require a gradient, of float or all of double, on the CPU");
    }
  }
  const auto& defaults = static_cast<const DecentralizedOptions&>(*defaults_);
  Options method = defaults.method();
  if (const double decay = common_decay(); decay >= 0) {
    method.set("algorithm.weight_decay", decay);
  }
  if (type == at::kFloat) {
    return std::make_unique<detail::BoundWorker<float>>(
        std::move(parameters), std::move(buffers), defaults, method);
  }
  return std::make_unique<detail::BoundWorker<double>>(
      std::move(parameters), std::move(buffers), defaults, method);
}

inline void Decentralized::save(torch::serialize::OutputArchive& archive) const {
  const std::string state = visit([](auto& bound) { return bound.worker().state(); });
  at::Tensor bytes = at::empty({static_cast<std::int64_t>(state.size())}, at::kByte);
  std::memcpy(bytes.data_ptr(), state.data(), state.size());
  archive.write("state", bytes, /*is_buffer=*/true);
  for (std::size_t g = 0; g < param_groups_.size(); ++g) {
    torch::serialize::OutputArchive group(archive.compilation_unit());
    options_of(g).serialize(group);
    archive.write("group" + std::to_string(g), group);
  }
}

inline void Decentralized::load(torch::serialize::InputArchive& archive) {
  at::Tensor bytes;
  archive.read("state", bytes, /*is_buffer=*/true);
  bytes = bytes.contiguous();
  const std::string state(static_cast<const char*>(bytes.data_ptr()), bytes.nbytes());
  for (std::size_t g = 0; g < param_groups_.size(); ++g) {
    torch::serialize::InputArchive group;
    archive.read("group" + std::to_string(g), group);
    static_cast<DecentralizedOptions&>(param_groups_[g].options()).serialize(group);
  }
  visit([&](auto& bound) {
    bound.take_parameters();  // their memory is the rows', which are read now
    bound.take_buffers();
    bound.worker().set_state(state);
  });
  seed();
}

}  // namespace murmur
