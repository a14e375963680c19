// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/torch/models/module.h"

#include <map>
#include <memory>
#include <string_view>

#include "murmur/core/check.h"

namespace murmur::learning {
namespace {

template <class S>
void fill_mask(at::Tensor& mask, double share, const Random& draws, std::uint64_t place) {
  S* const values = mask.data_ptr<S>();
  const auto kept = static_cast<S>(1 / (1 - share));
  for (std::int64_t i = 0; i < mask.numel(); ++i) {
    const std::uint64_t index = (place << 40U) | static_cast<std::uint64_t>(i);
    values[i] = draws.uniform(index) < share ? S(0) : kept;
  }
}

}  // namespace

at::Tensor drop(const at::Tensor& x, double share, const Random* draws, std::uint64_t place) {
  if (draws == nullptr || share == 0) {
    return x;
  }
  const bool is_double = x.scalar_type() == at::kDouble;
  at::Tensor mask =
      at::empty(x.sizes(), at::TensorOptions().dtype(is_double ? at::kDouble : at::kFloat));
  if (is_double) {
    fill_mask<double>(mask, share, *draws, place);
  } else {
    fill_mask<float>(mask, share, *draws, place);
  }
  return x * mask.to(x.scalar_type());
}

at::Tensor BodyModule::forward(const at::Tensor& /*images*/) {
  MURMUR_CHECK(false, "a model of text gets images");
  return {};
}

at::Tensor BodyModule::forward_tokens(const at::Tensor& /*tokens*/, const at::Tensor& /*padding*/) {
  MURMUR_CHECK(false, "a model of images gets text");
  return {};
}

namespace {

// Static objects of many files write to it: made at its first use.
std::map<std::string_view, RegisteredBody::Make>& bodies() {
  static std::map<std::string_view, RegisteredBody::Make> all;
  return all;
}

}  // namespace

RegisteredBody::RegisteredBody(std::string_view model, Make make) {
  MURMUR_CHECK(bodies().emplace(model, make).second, "'{}' has two bodies", model);
}

std::shared_ptr<BodyModule> make_body_module(const models::Network& network) {
  if (!network.chain.empty()) {
    return make_chain(network.chain);
  }
  const auto found = bodies().find(network.name);
  MURMUR_CHECK(found != bodies().end(), "'{}' has no body", network.name);
  return found->second(network);
}

}  // namespace murmur::learning
