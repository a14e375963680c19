// SPDX-License-Identifier: Apache-2.0
// A row of the table of algorithms: its name, its options, and how to make its program.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/options.h"
#include "murmur/core/program.h"

namespace murmur::algorithms {

struct Algorithm {
  std::string name;
  std::string summary;
  std::string paper;
  std::vector<OptionInfo> options;  // beyond learning_rate and weight_decay
  std::function<Program<float>(const OptionValues&)> single_precision;
  std::function<Program<double>(const OptionValues&)> double_precision;

  template <class S>
  Program<S> program(const OptionValues& values) const {
    if constexpr (std::is_same_v<S, float>) {
      return single_precision(values);
    } else {
      return double_precision(values);
    }
  }
};

// All of them, in the order in which they are listed.
const std::vector<Algorithm>& algorithms();

// The one of that name, or null.
const Algorithm* find_algorithm(std::string_view name);

}  // namespace murmur::algorithms
