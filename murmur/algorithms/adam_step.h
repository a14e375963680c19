// SPDX-License-Identifier: Apache-2.0
// Adam's step from its two moments (Kingma and Ba, 2015), with the correction of their bias after
// `age` earlier steps:
//
//   c = 1 - beta^(age + 1)
//   x' = x - (lr / c1) m / (sqrt(v) / sqrt(c2) + eps)
#pragma once

#include <cmath>
#include <type_traits>

#include "murmur/core/stage.h"

namespace murmur::algorithms {

// In double, so that 1 - beta^t keeps its digits in single precision too. A constant of the round:
// the compiler lifts it out of the loop over coordinates.
template <class R>
constexpr R bias_correction(R beta, std::int64_t age) {
  if (std::is_constant_evaluated()) {
    return R(1);
  }
  return static_cast<R>(1.0 - std::pow(static_cast<double>(beta), static_cast<double>(age + 1)));
}

template <class R>
constexpr R root_of_bias_correction(R beta, std::int64_t age) {
  if (std::is_constant_evaluated()) {
    return R(1);
  }
  return std::sqrt(bias_correction(beta, age));
}

// Options: any with beta1, beta2, eps.
template <class S, class Options>
constexpr S adam_step(const S& x, const S& m, const S& v, const Round<S>& r, const Options& o) {
  const Real<S> c1 = bias_correction(o.beta1, r.age);
  const Real<S> root_c2 = root_of_bias_correction(o.beta2, r.age);
  return x - (r.lr / c1) * (m / (sqrt(v) / root_c2 + o.eps));
}

}  // namespace murmur::algorithms
