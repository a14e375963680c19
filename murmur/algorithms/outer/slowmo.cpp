// SPDX-License-Identifier: Apache-2.0
// SlowMo: slow momentum on top of any base (Wang, Tantia, Ballas, Rabbat, ICLR 2020, Algorithm 1).
//
//   u' = beta u + (anchor - mean) / lr       lr: of the step just made
//   x' = anchor - alpha lr u'                every worker goes on from here: the next anchor
//
// At a rate of 0 the momentum stays as it is and the workers take the mean.
#include "murmur/algorithms/outer/entry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct SlowMo {
  static constexpr std::string_view kName = "slowmo";

  struct Options {
    Real<S> beta = Real<S>(0.5);
    Real<S> alpha = 1;
  };
  static constexpr std::tuple kOptions{
      number("momentum", &Options::beta, kMomentum, "weight of the old slow momentum"),
      number("learning_rate", &Options::alpha, kNonNegative, "slow learning rate")};

  struct State {
    S mean;
    S anchor;
    S u;  // slow momentum, in units of a gradient
  };
  static constexpr std::array kFields{scratch("mean"), memory("anchor"), memory("slow_momentum")};

  static constexpr State step(const State& s, const Round<S>& r, const Options& o) {
    const bool still = r.lr == 0;
    const S u = still ? s.u : o.beta * s.u + (s.anchor - s.mean) / r.lr;
    return {.mean = s.mean, .anchor = still ? s.mean : s.anchor - o.alpha * r.lr * u, .u = u};
  }

  static constexpr auto kRound = stages(local(step));
};

}  // namespace

OuterStep slowmo() {
  return outer_entry<SlowMo>("slow momentum over rounds, scaled by the learning rate",
                             "Wang, Tantia, Ballas, Rabbat: SlowMo, ICLR 2020, Algorithm 1");
}

}  // namespace murmur::algorithms
