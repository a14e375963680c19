// SPDX-License-Identifier: Apache-2.0
// Factors of the learning rate and of the weight decay, from the names and shapes of tensors.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include "murmur/core/error.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

constexpr std::size_t kMostNames = 12;

[[noreturn]] void refuse(const GroupConfig& group, const Layout& layout) {
  std::vector<std::string> names;
  for (const TensorSlot& slot : layout.tensors()) {
    names.push_back(slot.name);
  }
  const std::size_t more = names.size() - std::min(names.size(), kMostNames);
  names.resize(names.size() - more);
  throw UserError(
      fmt::format("{}: algorithm.group.match = \"{}\" matches no tensor of the model; "
                  "its tensors are {}{}",
                  group.place,
                  group.match,
                  fmt::join(names, ", "),
                  more == 0 ? std::string() : fmt::format(" and {} more", more)));
}

}  // namespace

std::vector<engine::TensorFactors> make_tensor_factors(const Config& config, const Layout& layout) {
  const AlgorithmConfig& algorithm = config.algorithm;
  const bool matrices = algorithm.decay == "matrices";
  if (!matrices && algorithm.groups.empty()) {
    return {};
  }
  std::vector<engine::TensorFactors> factors(layout.tensors().size());
  for (const GroupConfig& group : algorithm.groups) {
    bool matches = false;
    for (std::size_t t = 0; t < factors.size(); ++t) {
      if (fnmatch(group.match.c_str(), layout.tensors()[t].name.c_str(), 0) == 0) {
        factors[t] = {.rate = group.rate, .decay = group.decay};
        matches = true;
      }
    }
    if (!matches) {
      refuse(group, layout);
    }
  }
  for (std::size_t t = 0; t < factors.size() && matrices; ++t) {
    factors[t].decay = layout.tensors()[t].shape.size() > 1 ? factors[t].decay : 0;
  }
  return factors;
}

}  // namespace murmur::run
