// SPDX-License-Identifier: Apache-2.0
// Adam (Kingma and Ba, 2015): its options, its two moments, and its step after `age` earlier steps,
// with bias correction.
//
//   m' = b1 m + (1 - b1) g
//   v' = b2 v + (1 - b2) g g
//   x' = x - (lr / c1) m' / (sqrt(v') / sqrt(c2) + eps)        c = 1 - b^(age + 1)
#pragma once

#include <cmath>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include "murmur/core/option_binding.h"
#include "murmur/core/stage.h"

namespace murmur::algorithms {

template <class S>
struct AdamOptions {
  Real<S> beta1 = Real<S>(0.9);
  Real<S> beta2 = Real<S>(0.999);
  Real<S> eps = Real<S>(1e-8);
};

// Options, here and below: any with beta1, beta2, eps.
template <class Options>
constexpr auto adam_options() {
  return std::tuple{
      pair("betas", &Options::beta1, &Options::beta2, kMomentum, "weights of the old moments"),
      number("eps", &Options::eps, kPositive, "added to the root of the second moment")};
}

template <class S, class Options>
constexpr S first_moment(const S& m, const S& g, const Options& o) {
  return o.beta1 * m + (1 - o.beta1) * g;
}

template <class S, class Options>
constexpr S second_moment(const S& v, const S& g, const Options& o) {
  return o.beta2 * v + (1 - o.beta2) * (g * g);
}

// Computed in double: 1 - beta^t loses digits in single precision. It is constant during a round,
// so the compiler moves it out of the loop over coordinates.
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

template <class S, class Options>
constexpr S adam_step(const S& x, const S& m, const S& v, const Round<S>& r, const Options& o) {
  const Real<S> c1 = bias_correction(o.beta1, r.age);
  const Real<S> root_c2 = root_of_bias_correction(o.beta2, r.age);
  return x - (r.lr / c1) * (m / (sqrt(v) / root_c2 + o.eps));
}

}  // namespace murmur::algorithms
