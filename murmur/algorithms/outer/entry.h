// SPDX-License-Identifier: Apache-2.0
// Makes a row of the table of outer steps from a rule's text.
#pragma once

#include <string>
#include <utility>

#include "murmur/algorithms/outer/outer.h"
#include "murmur/core/make_program.h"
#include "murmur/core/option_reading.h"

namespace murmur::algorithms {

// What every outer step takes beside its own options.
std::vector<OptionInfo> common_outer_options();

template <template <class> class A, class S>
std::size_t append_outer(Program<S>& program, const OptionValues& values, const OuterFields& f) {
  std::vector<std::size_t> binds;
  for (const Field& field : A<S>::kFields) {
    binds.push_back(field.name == "mean" ? f.mean : (field.name == "anchor" ? f.anchor : f.slow));
  }
  return append_stages<A, S>(program, read_options<A<S>>(values), binds).size();
}

// A's fields are "mean", "anchor" and at most one more, its memory.
template <template <class> class A>
OuterStep outer_entry(std::string summary, std::string paper) {
  OuterStep outer{.name = std::string(A<double>::kName),
                  .summary = std::move(summary),
                  .paper = std::move(paper),
                  .options = describe_options<A<double>>(),
                  .has_anchor = true,
                  .slow_name = {},
                  .append = {append_outer<A, float>, append_outer<A, double>}};
  for (const Field& field : A<double>::kFields) {
    if (field.name != "mean" && field.name != "anchor") {
      outer.slow_name = field.name;
    }
  }
  for (OptionInfo& info : common_outer_options()) {
    outer.options.push_back(std::move(info));
  }
  return outer;
}

OuterStep average_outer();
OuterStep slowmo();
OuterStep lookahead();
OuterStep heavy_ball();
OuterStep nesterov();
OuterStep bmuf();
OuterStep easgd();

}  // namespace murmur::algorithms
