// SPDX-License-Identifier: Apache-2.0
// CHOCO-SGD: of every worker there is a public copy xh, which its neighbors know; what travels is
// the encoded difference to it, q = C(x - xh). The momentum is local.
//
//   m  = beta m + g
//   u  = m   or   g + beta m (nesterov)
//
//   mix-first                                      gradient-first
//   x  = x + gamma sum_j w_ij (xh_j - xh_i)        x  = x - lr u, g at x
//   xh = xh + C(x - xh)                            xh = xh + C(x - xh)
//   x  = x - lr u, g at x                          x  = x + gamma sum_j w_ij (xh_j - xh_i)
//
// With mix-first (Koloskova, Lin, Stich, Jaggi, ICLR 2020) messages travel during the gradient;
// gradient-first is Koloskova, Stich, Jaggi, ICML 2019.
#include "murmur/algorithms/compressed/coded_stages.h"
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct ChocoOptions {
  Real<S> gossip_step = Real<S>(0.5);
  Real<S> beta = 0;
  bool nesterov = false;
  int order = 0;
};

template <class S>
struct Choco {
  static constexpr std::string_view kName = "choco-sgd";

  using Options = ChocoOptions<S>;
  static constexpr auto kOptions = std::tuple_cat(
      std::tuple{number("gossip_step",
                        &Options::gossip_step,
                        kProbability,
                        "share of the way to the neighbors' public copies, gamma")},
      momentum_options<Options>(kWeightOfLocalMomentum),
      std::tuple{choice(
          "order", &Options::order, {"mix-first", "gradient-first"}, "what a step begins with")});

  struct State {
    S x;           // parameters
    S m;           // momentum, local
    S copy;        // what neighbors know of x
    S pull;        // of the neighbors' copies
    S difference;  // what is encoded
  };
  static constexpr std::array kFields{model("x"),
                                      memory("momentum"),
                                      memory("public_copy").that_corrects(),
                                      scratch("pull"),
                                      scratch("difference")};

  static constexpr State mixed(const State& s, const Options& o) {
    State next = s;
    next.x = s.x + o.gossip_step * s.pull;
    return next;
  }
  static constexpr State stepped(const State& s, const S& g, const Round<S>& r, const Options& o) {
    State next = s;
    next.m = next_momentum(s.m, g, o.beta);
    next.x = s.x - r.lr * direction(next.m, g, o.beta, o.nesterov);
    return next;
  }
  static constexpr State compared(State s) {
    s.difference = s.x - s.copy;
    return s;
  }
};

template <class S>
struct MixFirst : Choco<S> {
  using typename Choco<S>::State;
  using typename Choco<S>::Options;

  static constexpr State move(const State& s, const Round<S>&, const Options& o) {
    return Choco<S>::compared(Choco<S>::mixed(s, o));
  }
  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    return Choco<S>::stepped(s, g, r, o);
  }

  static constexpr auto kRound = stages(mix_public("public_copy", "pull"),
                                        local(move),
                                        publish("difference", "public_copy"),
                                        with_gradient(step));
};

template <class S>
struct GradientFirst : Choco<S> {
  using typename Choco<S>::State;
  using typename Choco<S>::Options;

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    return Choco<S>::compared(Choco<S>::stepped(s, g, r, o));
  }
  static constexpr State move(const State& s, const Round<S>&, const Options& o) {
    return Choco<S>::mixed(s, o);
  }

  static constexpr auto kRound = stages(with_gradient(step),
                                        publish("difference", "public_copy"),
                                        mix_public("public_copy", "pull"),
                                        local(move));
};

}  // namespace

Algorithm choco_sgd() {
  return with_case<GradientFirst>(
      entry<MixFirst>("decentralized SGD over public copies that are known by encoded differences",
                      "Koloskova, Lin, Stich, Jaggi: Decentralized deep learning with arbitrary "
                      "communication compression, ICLR 2020"),
      [](const OptionValues& values) { return values.text("order") == "gradient-first"; });
}

}  // namespace murmur::algorithms
