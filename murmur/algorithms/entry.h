// SPDX-License-Identifier: Apache-2.0
// Makes a row of the table of algorithms from an algorithm's text.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "murmur/algorithms/algorithm.h"
#include "murmur/core/make_program.h"
#include "murmur/core/option_reading.h"

namespace murmur::algorithms {

template <template <class> class A>
Algorithm entry(std::string summary, std::string paper) {
  return {
      .name = std::string(A<double>::kName),
      .summary = std::move(summary),
      .paper = std::move(paper),
      .options = describe_options<A<double>>(),
      .single_precision =
          [](const OptionValues& v) { return make_program<A, float>(read_options<A<float>>(v)); },
      .double_precision =
          [](const OptionValues& v) {
            return make_program<A, double>(read_options<A<double>>(v));
          }};
}

// The row of `general`, whose program is replaced by that of A where `applies` holds: A takes the
// same options or fewer, and keeps fewer fields.
template <template <class> class A>
Algorithm with_case(Algorithm general, std::function<bool(const OptionValues&)> applies) {
  const auto single = general.single_precision;
  const auto twice = general.double_precision;
  general.single_precision = [=](const OptionValues& v) {
    return applies(v) ? make_program<A, float>(read_options<A<float>>(v)) : single(v);
  };
  general.double_precision = [=](const OptionValues& v) {
    return applies(v) ? make_program<A, double>(read_options<A<double>>(v)) : twice(v);
  };
  return general;
}

}  // namespace murmur::algorithms
