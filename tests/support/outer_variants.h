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

// For a base that keeps one model for all workers, or one per worker.
std::vector<OuterVariant> outer_variants(bool one_model);

Program<float> with_outer_of(const OuterVariant& variant, const Variant& base);

}  // namespace murmur::testing
