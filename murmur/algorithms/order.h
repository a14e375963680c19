// SPDX-License-Identifier: Apache-2.0
// The order of a decentralized step: mix the stepped models, or step from the mixed model. The two
// have different trajectories.
#pragma once

#include <tuple>

#include "murmur/core/option_binding.h"
#include "murmur/core/options.h"

namespace murmur::algorithms {

enum Order { kAdaptThenCombine, kCombineThenAdapt };

// Options: any with an int `order`. It selects the program, which does not read it.
template <class Options>
constexpr auto order_option() {
  return choice("order",
                &Options::order,
                {"adapt-then-combine", "combine-then-adapt"},
                "mix the stepped model, or step from the mixed model");
}

inline bool combines_first(const OptionValues& values) {
  return values.text("order") == "combine-then-adapt";
}

}  // namespace murmur::algorithms
