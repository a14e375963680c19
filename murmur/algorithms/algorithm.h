// SPDX-License-Identifier: Apache-2.0
// The registry of algorithms: the name and options of each, and the function that makes its
// program.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/options.h"
#include "murmur/core/per_scalar.h"
#include "murmur/core/program.h"

namespace murmur::algorithms {

template <class S>
using ProgramMaker = std::function<Program<S>(const OptionValues&)>;

struct Algorithm {
  std::string name;
  std::string summary;
  std::string paper;
  std::vector<OptionInfo> options;  // beyond learning_rate and weight_decay
  PerScalar<ProgramMaker> make;

  template <class S>
  Program<S> program(const OptionValues& values) const {
    return make.get<S>()(values);
  }
};

// All algorithms, in the order in which they are listed.
const std::vector<Algorithm>& algorithms();

// The algorithm of that name, or null.
const Algorithm* find_algorithm(std::string_view name);

}  // namespace murmur::algorithms
