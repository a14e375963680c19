// SPDX-License-Identifier: Apache-2.0
// Every outer step with every way to treat the base's memory, with and without exact average.
#pragma once

#include <string>
#include <vector>

#include "murmur/algorithms/outer/outer.h"
#include "tests/support/worlds.h"

namespace murmur::testing {

struct OuterVariant {
  std::string label;
  const algorithms::OuterStep* outer = nullptr;
  OptionValues options;
  std::vector<algorithms::Level> levels = {};
};

// For a base that keeps one model for all workers, or one per worker. Without exact averages there
// is nothing to average of the memory, so there one way to treat it is taken, by turns.
std::vector<OuterVariant> outer_variants(bool one_model);

// None, where the program takes no outer step.
template <class S>
std::vector<OuterVariant> outer_variants_of(const Program<S>& program) {
  return program.takes_outer_step() ? outer_variants(program.keeps_one_model())
                                    : std::vector<OuterVariant>();
}

Program<float> with_outer_of(const OuterVariant& variant, const Variant& base);

}  // namespace murmur::testing
