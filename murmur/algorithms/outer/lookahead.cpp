// SPDX-License-Identifier: Apache-2.0
// Lookahead (Zhang, Lucas, Ba, Hinton, NeurIPS 2019), for any number of workers.
//
//   x' = anchor + alpha (mean - anchor)
#include "murmur/algorithms/outer/entry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct Lookahead {
  static constexpr std::string_view kName = "lookahead";

  struct Options {
    Real<S> alpha = 1;
  };
  static constexpr std::tuple kOptions{
      number("learning_rate", &Options::alpha, kNonNegative, "share of the way to the mean")};

  struct State {
    S mean;
    S anchor;
  };
  static constexpr std::array kFields{scratch("mean"), memory("anchor")};

  static constexpr State step(const State& s, const Round<S>&, const Options& o) {
    return {.mean = s.mean, .anchor = s.anchor + o.alpha * (s.mean - s.anchor)};
  }

  static constexpr auto kRound = stages(local(step));
};

}  // namespace

OuterStep lookahead() {
  return outer_entry<Lookahead>("a part of the way from the anchor to the mean",
                                "Zhang, Lucas, Ba, Hinton: Lookahead optimizer, NeurIPS 2019");
}

}  // namespace murmur::algorithms
