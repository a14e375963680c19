// SPDX-License-Identifier: Apache-2.0
// Momentum, as in torch.optim.SGD without dampening:
//
//   m' = beta m + g
//   u  = m'   (heavy ball)   or   g + beta m'   (Nesterov)
#pragma once

#include <string_view>
#include <tuple>

#include "murmur/core/option_binding.h"
#include "murmur/core/options.h"
#include "murmur/core/scalar.h"

namespace murmur::algorithms {

template <class S>
struct MomentumOptions {
  Real<S> beta = 0;
  bool nesterov = false;
};

inline constexpr std::string_view kWeightOfMomentum = "weight of the old momentum";
inline constexpr std::string_view kWeightOfLocalMomentum =
    "weight of the old momentum, which stays local";

// Options: any with beta and nesterov.
template <class Options>
constexpr auto momentum_options(std::string_view help = kWeightOfMomentum) {
  return std::tuple{
      number("momentum", &Options::beta, kMomentum, help),
      flag("nesterov", &Options::nesterov, "step along g + momentum * m instead of m")};
}

inline bool has_no_momentum(const OptionValues& values) {
  return values.number("momentum") == 0;
}

// m' from m.
template <class S>
constexpr S next_momentum(const S& m, const S& g, const Real<S>& beta) {
  return beta * m + g;
}

// u from m'.
template <class S>
constexpr S direction(const S& m, const S& g, const Real<S>& beta, bool nesterov) {
  return nesterov ? g + beta * m : m;
}

}  // namespace murmur::algorithms
