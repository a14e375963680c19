// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/learning/weights/weights.h"

namespace murmur::learning {
namespace {

constexpr std::array<std::string_view, 3> kPrefixes{"bert.", "distilbert.", "transformer."};

using Shape = std::vector<std::int64_t>;

// "[10, 64]".
std::string text_of(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

bool is_of_head(std::string_view name) {
  const std::string_view module = name.substr(0, name.find('.'));
  return module == "fc" || module == "classifier" || module == "pre_classifier";
}

// Whether a head of another number of classes has this shape.
bool is_of_other_classes(const Shape& has, const Shape& wanted) {
  return !has.empty() && has.size() == wanted.size() &&
         std::equal(has.begin() + 1, has.end(), wanted.begin() + 1);
}

// Whether a tensor of that name is known to be no parameter.
bool is_no_parameter(std::string_view name) {
  const auto is_last = [&](std::string_view part) {
    return name == part || name.ends_with("." + std::string(part));
  };
  return is_last("position_ids") || is_last("attn.bias") || is_last("attn.masked_bias") ||
         is_last("num_batches_tracked") || name.starts_with("cls.") || name.starts_with("vocab_");
}

std::vector<const models::Tensor*> tensors_of(const models::Network& network) {
  std::vector<const models::Tensor*> tensors;
  for (const auto* list : {&network.parameters, &network.buffers}) {
    for (const models::Tensor& tensor : *list) {
      tensors.push_back(&tensor);
    }
  }
  return tensors;
}

// What has to be put before the names of the source.
std::string prefix_for(const std::set<std::string>& names,
                       const std::vector<const models::Tensor*>& wanted) {
  const auto fits = [&](std::string_view prefix) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const models::Tensor* tensor) {
      const std::string& name = tensor->name;
      return name.starts_with(prefix) && names.contains(name.substr(prefix.size()));
    });
  };
  if (!fits("")) {
    for (const std::string_view prefix : kPrefixes) {
      if (fits(prefix)) {
        return std::string(prefix);
      }
    }
  }
  return {};
}

// The name in the source of a tensor of the network, or its second one; empty: it is not there.
std::string name_in(const std::set<std::string>& names,
                    const models::Network& network,
                    const std::string& prefix,
                    const std::string& tensor) {
  std::vector<std::string> candidates{tensor.starts_with(prefix) ? tensor.substr(prefix.size())
                                                                 : tensor};
  for (const models::TiedName& tied : network.tied) {
    if (tied.first == tensor) {
      candidates.push_back(tied.name);
    }
  }
  for (const std::string& candidate : candidates) {
    if (names.contains(candidate)) {
      return candidate;
    }
  }
  return {};
}

Failure missing(const WeightsSource& source, const models::Tensor& tensor) {
  return {FailureKind::kMismatch,
          fmt::format("{} has no tensor '{}'; the model wants one of shape {}",
                      source.place(),
                      tensor.name,
                      text_of(tensor.shape))};
}

Failure misshaped(const WeightsSource& source, const models::Tensor& tensor, const Shape& has) {
  return {FailureKind::kMismatch,
          fmt::format("{}: the tensor '{}' has the shape {}; the model wants {}",
                      source.place(),
                      tensor.name,
                      text_of(has),
                      text_of(tensor.shape))};
}

}  // namespace

Result<WeightsMatch> match_weights(const WeightsSource& source,
                                   const models::Network& network,
                                   HeadRule rule) {
  const std::vector<std::string> all = source.names();
  std::set<std::string> left(all.begin(), all.end());
  const auto wanted = tensors_of(network);
  const std::string prefix = prefix_for(left, wanted);
  WeightsMatch match;
  for (const models::Tensor* tensor : wanted) {
    const bool may_be_drawn = rule == HeadRule::kMayBeDrawn && is_of_head(tensor->name);
    const std::string name = name_in(left, network, prefix, tensor->name);
    if (name.empty()) {
      if (!may_be_drawn) {
        return missing(source, *tensor);
      }
      match.drawn.push_back(tensor->name);
      continue;
    }
    left.erase(name);
    const Shape has = source.shape(name);
    if (has == tensor->shape) {
      match.sources[tensor->name] = name;
    } else if (may_be_drawn && is_of_other_classes(has, tensor->shape)) {
      match.drawn.push_back(tensor->name);
    } else {
      return misshaped(source, *tensor, has);
    }
  }
  for (const models::TiedName& tied : network.tied) {
    left.erase(tied.name);
  }
  for (const std::string& name : left) {
    if (!is_no_parameter(name)) {
      match.unknown.push_back(name);
    }
  }
  return match;
}

namespace {

template <class S>
Status load(const WeightsSource& source,
            const WeightsMatch& match,
            const Layout& layout,
            std::span<S> row) {
  for (const TensorSlot& slot : layout.tensors()) {
    const auto found = match.sources.find(slot.name);
    if (found == match.sources.end()) {
      continue;
    }
    if (Status read = source.read(found->second, row.subspan(slot.offset, slot.size)); !read) {
      return read;
    }
  }
  return Ok{};
}

}  // namespace

std::string unknown_text(const WeightsSource& source, const WeightsMatch& match) {
  constexpr std::size_t kMost = 5;
  const std::size_t shown = std::min(match.unknown.size(), kMost);
  return fmt::format("{}: the model has no place for {}{}",
                     source.place(),
                     fmt::join(std::span(match.unknown).first(shown), ", "),
                     match.unknown.size() > shown
                         ? fmt::format(" and {} more tensors", match.unknown.size() - shown)
                         : "");
}

template <class S>
Status load_weights(const WeightsSource& source,
                    const WeightsMatch& match,
                    const models::Network& network,
                    const StartRows<S>& rows) {
  const Status loaded = load(source, match, models::layout(network, sizeof(S)), rows.parameters);
  return loaded ? load(source, match, models::buffer_layout(network, sizeof(S)), rows.buffers)
                : loaded;
}

template Status load_weights(const WeightsSource&,
                             const WeightsMatch&,
                             const models::Network&,
                             const StartRows<float>&);
template Status load_weights(const WeightsSource&,
                             const WeightsMatch&,
                             const models::Network&,
                             const StartRows<double>&);

}  // namespace murmur::learning
