// SPDX-License-Identifier: Apache-2.0
// Momentum tracking (Takezawa, Bao, Niwa, Sato, Yamada, TMLR 2023): the tracked quantity is the
// momentum, so that its mean is that of centralized momentum whatever data the workers hold.
//
//   m  = beta m + g
//   u  = m   or   g + beta m (nesterov)
//   x' = sum_j w_ij x_j - lr (u - c)            x and c - u travel in one message
//   c' = sum_j w_ij (c_j - u_j) + u             the mean of c is 0
//
// start = "average": m = c = (h - mean h) / (1 - beta) at first, with the gradients h before weight
// decay, so that the first direction is the mean gradient.
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct MtOptions {
  Real<S> beta = Real<S>(0.9);
  bool nesterov = false;
  int start = 0;
};

// What both starts have in common; their states have these members.
template <class S>
struct Tracks {
  static constexpr std::string_view kName = "momentum-tracking";
  using Options = MtOptions<S>;
  static constexpr auto kOptions =
      std::tuple_cat(momentum_options<Options>(kWeightOfLocalMomentum),
                     std::tuple{choice("start",
                                       &Options::start,
                                       {"average", "zero"},
                                       "what the momentum begins with: one exact average of "
                                       "gradients, or zero")});

  template <class State>
  static constexpr State looked(State s, const S& g, const Options& o) {
    s.m = next_momentum(s.m, g, o.beta);
    s.u = direction(s.m, g, o.beta, o.nesterov);
    s.sent = s.c - s.u;
    return s;
  }
  template <class State>
  static constexpr State stepped(State s, const Round<S>& r) {
    s.x = s.x - r.lr * (s.u - s.c);
    s.c = s.sent + s.u;
    return s;
  }
};

template <class S>
struct FromZero : Tracks<S> {
  using typename Tracks<S>::Options;
  struct State {
    S x;     // parameters
    S m;     // momentum, local
    S c;     // correction
    S u;     // direction
    S sent;  // c - u, mixed
  };
  static constexpr std::array kFields{model("x"),
                                      memory("momentum"),
                                      memory("correction").that_corrects(),
                                      scratch("direction"),
                                      scratch("sent")};

  static constexpr State look(const State& s, const S& g, const Round<S>&, const Options& o) {
    return Tracks<S>::looked(s, g, o);
  }
  static constexpr State step(const State& s, const Round<S>& r, const Options&) {
    return Tracks<S>::stepped(s, r);
  }

  static constexpr auto kRound = stages(with_gradient(look), mix("x", "sent"), local(step));
};

template <class S>
struct FromAverage : Tracks<S> {
  using typename Tracks<S>::Options;
  struct State {
    S x, m, c, u, sent;  // as above
    S h;                 // gradient before weight decay
    S mean;              // of all h, at step 0
  };
  static constexpr std::array kFields{model("x"),
                                      memory("momentum"),
                                      memory("correction").that_corrects(),
                                      scratch("direction"),
                                      scratch("sent"),
                                      scratch("gradient"),
                                      scratch("mean_gradient").once()};

  static bool due(std::int64_t step, const Options& /*options*/) { return step == 0; }

  static constexpr State keep(State s, const S& g, const Round<S>&, const Options&) {
    s.h = g;
    return s;
  }
  static constexpr State begin(State s, const Round<S>&, const Options& o) {
    s.m = s.c = (s.h - s.mean) / (1 - o.beta);
    return s;
  }
  static constexpr State look(const State& s, const Round<S>& r, const Options& o) {
    return Tracks<S>::looked(s, s.h + r.weight_decay * s.x, o);
  }
  static constexpr State step(const State& s, const Round<S>& r, const Options&) {
    return Tracks<S>::stepped(s, r);
  }

  static constexpr auto kRound =
      stages(with_gradient(keep, "x", Decay::kPlacedByKernel),
             every_period(average("gradient", "mean_gradient"), local(begin)),
             local(look),
             mix("x", "sent"),
             local(step));
};

}  // namespace

Algorithm momentum_tracking() {
  return with_case<FromZero>(
      entry<FromAverage>("gradient tracking of the momentum itself",
                         "Takezawa et al.: Momentum tracking, TMLR 2023"),
      [](const OptionValues& values) { return values.text("start") == "zero"; });
}

}  // namespace murmur::algorithms
