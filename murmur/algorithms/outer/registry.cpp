// SPDX-License-Identifier: Apache-2.0
// The only list of outer steps, and what they all take.
#include <algorithm>

#include "murmur/algorithms/outer/entry.h"

namespace murmur::algorithms {

std::vector<OptionInfo> common_outer_options() {
  return {
      {.name = "period",
       .help = "steps between two outer steps",
       .fallback = std::int64_t{1},
       .bounds = kCount,
       .required = true},
      {.name = "phase",
       .help = "after tau, 2 tau, ... steps, or after 1, tau + 1, ... steps",
       .fallback = std::string("last"),
       .choices = {"last", "first"}},
      {.name = "start_step",
       .help = "no outer step before this many steps; the period counts from there",
       .fallback = std::int64_t{0},
       .bounds = kIndex},
      {.name = "before",
       .help = "until start_step: leave the base alone, or average after every step",
       .fallback = std::string("none"),
       .choices = {"none", "every-step"}},
      {.name = "buffers",
       .help = "what happens to the base's memory after an outer step",
       .fallback = std::string("maintain"),
       .choices = {"reset", "maintain", "average"}},
      {.name = "exact_average",
       .help = "false: no averaging, every worker keeps its own anchor and slow buffer",
       .fallback = true},
  };
}

Calendar calendar_of(const OptionValues& values) {
  return {.period = values.integer("period"),
          .start = values.integer("start_step"),
          .first = values.text("phase") == "first",
          .average_before = values.text("before") == "every-step"};
}

const std::vector<OuterStep>& outer_steps() {
  static const std::vector<OuterStep> kAll{
      average_outer(), slowmo(), lookahead(), heavy_ball(), nesterov(), bmuf(), easgd()};
  return kAll;
}

const OuterStep* find_outer_step(std::string_view name) {
  const auto& all = outer_steps();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const OuterStep& o) { return o.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace murmur::algorithms
