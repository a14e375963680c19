// SPDX-License-Identifier: Apache-2.0
// NGC: neighborhood gradient clustering (Aketi, Kodge, Roy: Neighborhood gradient clustering: an
// efficient decentralized learning method for non-IID data distributions, 2022). x_j are the models
// before mixing, g_i(y) the gradient of worker i's batch at y, a = data_share.
//
//   z  = x + gamma sum_j w_ij (x_j - x_i)
//   g  = w_ii g_i(z) + sum_{j != i} w_ij ((1 - a) g_i(x_j) + a g_j(x_i)) + weight_decay z
//   m  = beta m + g
//   u  = m   or   g + beta m (nesterov)
//   x' = z - lr u
//
// With a > 0 each neighbor answers with its gradient at the model that it was sent.
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct NgcOptions {
  Real<S> beta = Real<S>(0.9);
  bool nesterov = true;
  Real<S> data_share = 0;
  Real<S> gossip_step = 1;
};

template <class S>
struct Answered {
  static constexpr std::string_view kName = "ngc";

  using Options = NgcOptions<S>;
  static constexpr auto kOptions =
      std::tuple_cat(momentum_options<Options>(kWeightOfLocalMomentum),
                     std::tuple{number("data_share",
                                       &Options::data_share,
                                       kShare,
                                       "share of the neighbors' gradients at the own model, a"),
                                number("gossip_step",
                                       &Options::gossip_step,
                                       kProbability,
                                       "share of the way to the neighbors' mean, gamma")});

  struct State {
    S x;          // parameters, before mixing
    S m;          // momentum, local
    S z;          // parameters, mixed
    S pull;       // of the neighbors' models
    S at_theirs;  // own gradients at the neighbors' models, weighted
    S at_mine;    // the neighbors' gradients at the own model, weighted
  };
  static constexpr std::array kFields{model("x"),
                                      memory("momentum"),
                                      scratch("mixed"),
                                      scratch("pull"),
                                      scratch("at_theirs"),
                                      scratch("at_mine")};

  static constexpr State mixed(State s, const Options& o) {
    s.z = s.x + o.gossip_step * s.pull;
    return s;
  }
  // `g`: the sum of all gradients.
  static constexpr State stepped(State s, const S& sum, const Round<S>& r, const Options& o) {
    const S g = sum + r.weight_decay * s.z;
    s.m = next_momentum(s.m, g, o.beta);
    s.x = s.z - r.lr * direction(s.m, g, o.beta, o.nesterov);
    return s;
  }

  static constexpr State move(const State& s, const Round<S>&, const Options& o) {
    return mixed(s, o);
  }
  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S cross = (1 - o.data_share) * s.at_theirs + o.data_share * s.at_mine;
    return stepped(s, r.self * g + cross, r, o);
  }

  static constexpr auto kRound =
      stages(talk("cross-gradients", "x", "pull", "at_theirs", "at_mine"),
             local(move),
             with_gradient(step, "mixed", Decay::kPlacedByKernel));
};

template <class S>
struct Unanswered : Answered<S> {
  using typename Answered<S>::State;
  using typename Answered<S>::Options;

  static constexpr State move(const State& s, const Round<S>&, const Options& o) {
    return Answered<S>::mixed(s, o);
  }
  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    return Answered<S>::stepped(s, r.self * g + s.at_theirs, r, o);
  }

  static constexpr auto kRound = stages(talk("cross-gradients", "x", "pull", "at_theirs"),
                                        local(move),
                                        with_gradient(step, "mixed", Decay::kPlacedByKernel));
};

}  // namespace

Algorithm ngc() {
  return with_case<Unanswered>(
      entry<Answered>("cross-gradients at the neighbors' models, local momentum",
                      "Aketi, Kodge, Roy: Neighborhood gradient clustering, 2022"),
      [](const OptionValues& values) { return values.number("data_share") == 0; });
}

}  // namespace murmur::algorithms
