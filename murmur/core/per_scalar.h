// SPDX-License-Identifier: Apache-2.0
// A pair for the two number types that programs are compiled for: F<float> and F<double>, chosen by
// get<S>(). An entry of a registry holds such a pair of functions.
#pragma once

#include <type_traits>

namespace murmur {

template <template <class> class F>
struct PerScalar {
  F<float> single_precision{};
  F<double> double_precision{};

  // `make`: a lambda []<class S>() that returns an F<S>.
  template <class Make>
  static PerScalar from(const Make& make) {
    return {make.template operator()<float>(), make.template operator()<double>()};
  }

  template <class S>
  const F<S>& get() const {
    static_assert(std::is_same_v<S, float> || std::is_same_v<S, double>);
    if constexpr (std::is_same_v<S, float>) {
      return single_precision;
    } else {
      return double_precision;
    }
  }
};

}  // namespace murmur
