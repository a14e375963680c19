// SPDX-License-Identifier: Apache-2.0
// The small stages that compose.cpp puts together.
#pragma once

#include <array>

#include "murmur/core/make_program.h"

namespace murmur::algorithms {

struct NoOptions {};

// to <- from
template <class S>
struct Copy {
  using Options = NoOptions;
  struct State {
    S from;
    S to;
  };
  static constexpr std::array kFields{scratch("from"), memory("to")};
  static constexpr State copy(const State& s, const Round<S>&, const Options&) {
    return {.from = s.from, .to = s.from};
  }
  static constexpr auto kRound = stages(local(copy));
};

// follower <- follower + (target - x)
template <class S>
struct Follow {
  using Options = NoOptions;
  struct State {
    S target;
    S x;
    S follower;
  };
  static constexpr std::array kFields{scratch("target"), memory("x"), memory("follower")};
  static constexpr State follow(const State& s, const Round<S>&, const Options&) {
    return {.target = s.target, .x = s.x, .follower = s.follower + (s.target - s.x)};
  }
  static constexpr auto kRound = stages(local(follow));
};

// numerator <- weight x
template <class S>
struct Rebias {
  using Options = NoOptions;
  struct State {
    S x;
    S numerator;
  };
  static constexpr std::array kFields{memory("x"), memory("numerator")};
  static constexpr State rebias(const State& s, const Round<S>& r, const Options&) {
    return {.x = s.x, .numerator = r.weight * s.x};
  }
  static constexpr auto kRound = stages(local(rebias));
};

// x <- numerator / weight
template <class S>
struct Debias {
  using Options = NoOptions;
  struct State {
    S x;
    S numerator;
  };
  static constexpr std::array kFields{memory("x"), memory("numerator")};
  static constexpr State debias(const State& s, const Round<S>& r, const Options&) {
    return {.x = s.numerator / r.weight, .numerator = s.numerator};
  }
  static constexpr auto kRound = stages(local(debias));
};

}  // namespace murmur::algorithms
