// SPDX-License-Identifier: Apache-2.0
// Outer optimizers in units of parameters, as torch.optim.SGD with the displacement for a gradient:
// heavy ball, and Nesterov (the outer step of DiLoCo, Douillard et al. 2023).
//
//   d  = anchor - mean
//   v' = beta v + d
//   x' = anchor - alpha v'                  heavy ball
//   x' = anchor - alpha (d + beta v')       Nesterov
//
// Unlike SlowMo's, this momentum keeps its size when the learning rate drops.
#include "murmur/algorithms/outer/entry.h"

namespace murmur::algorithms {
namespace {

template <class S, bool kNesterov>
struct OuterSgd {
  struct Options {
    Real<S> beta = Real<S>(0.9);
    Real<S> alpha = 1;
  };
  static constexpr std::tuple kOptions{
      number("momentum", &Options::beta, kMomentum, "weight of the old outer momentum"),
      number("learning_rate", &Options::alpha, kNonNegative, "outer learning rate")};

  struct State {
    S mean;
    S anchor;
    S v;  // outer momentum, in units of parameters
  };
  static constexpr std::array kFields{scratch("mean"), memory("anchor"), memory("outer_momentum")};

  static constexpr State step(const State& s, const Round<S>&, const Options& o) {
    const S d = s.anchor - s.mean;
    const S v = o.beta * s.v + d;
    const S u = kNesterov ? d + o.beta * v : v;
    return {.mean = s.mean, .anchor = s.anchor - o.alpha * u, .v = v};
  }

  static constexpr auto kRound = stages(local(step));
};

template <class S>
struct HeavyBall : OuterSgd<S, false> {
  static constexpr std::string_view kName = "heavy-ball";
};
template <class S>
struct Nesterov : OuterSgd<S, true> {
  static constexpr std::string_view kName = "nesterov";
};

}  // namespace

OuterStep heavy_ball() {
  return outer_entry<HeavyBall>("outer SGD with heavy-ball momentum on the displacement", "");
}

OuterStep nesterov() {
  return outer_entry<Nesterov>("outer SGD with Nesterov momentum, as in DiLoCo",
                               "Douillard et al.: DiLoCo, 2023");
}

}  // namespace murmur::algorithms
