// SPDX-License-Identifier: Apache-2.0
// Plain averaging: the mean is where all go on. Local SGD on top of `sgd`, periodic averaging of
// any other base.
#include "murmur/algorithms/outer/entry.h"

namespace murmur::algorithms {

OuterStep average_outer() {
  std::vector<OptionInfo> options = common_outer_options();
  options.front().help = "steps between two averages, or a list of { period, group }";
  const auto nothing = [](auto& /*program*/, const OptionValues&, const OuterFields&) {
    return std::size_t{0};
  };
  return {.name = "average",
          .summary = "go on from the exact mean: Local SGD, periodic averaging",
          .paper = "Stich: Local SGD converges fast and communicates little, ICLR 2019",
          .options = std::move(options),
          .has_anchor = false,
          .slow_name = {},
          .append = {nothing, nothing}};
}

}  // namespace murmur::algorithms
