// SPDX-License-Identifier: Apache-2.0
// The number types of kernels: float, double, and Recorder, which holds no number but the fields on
// which a value depends. Running a kernel with Recorder, at compile time, shows which fields it
// reads and writes; traffic, fusion and checkpoints are derived from that.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>

namespace murmur {

class Recorder {
 public:
  constexpr Recorder() = default;
  // A constant depends on no field. NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Recorder(double) {}

  // The value of field `index` before the kernel.
  static constexpr Recorder field(int index) {
    Recorder value;
    value.reads_ = std::uint64_t{1} << static_cast<unsigned>(index);
    value.unchanged_field_ = index;
    return value;
  }

  constexpr std::uint64_t reads() const { return reads_; }
  constexpr bool is_field(int index) const { return unchanged_field_ == index; }

  friend constexpr Recorder operator+(Recorder a, Recorder b) { return join(a, b); }
  friend constexpr Recorder operator-(Recorder a, Recorder b) { return join(a, b); }
  friend constexpr Recorder operator*(Recorder a, Recorder b) { return join(a, b); }
  friend constexpr Recorder operator/(Recorder a, Recorder b) { return join(a, b); }
  friend constexpr Recorder operator-(Recorder a) { return join(a, a); }
  friend constexpr Recorder sqrt(Recorder a) { return join(a, a); }

 private:
  static constexpr Recorder join(Recorder a, Recorder b) {
    Recorder value;
    value.reads_ = a.reads_ | b.reads_;
    return value;
  }

  std::uint64_t reads_ = 0;
  int unchanged_field_ = -1;
};

template <class S>
concept Scalar = std::same_as<S, float> || std::same_as<S, double> || std::same_as<S, Recorder>;

namespace detail {
template <class S>
struct RealOf {
  using Type = S;
};
template <>
struct RealOf<Recorder> {
  using Type = double;
};
}  // namespace detail

// The type of constants and options in kernels for S.
template <Scalar S>
using Real = typename detail::RealOf<S>::Type;

using std::sqrt;

}  // namespace murmur
