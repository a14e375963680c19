// SPDX-License-Identifier: Apache-2.0
// GUT and QG-GUTm: global update tracking (Aketi, Hashemi, Roy, NeurIPS 2023), with momentum as the
// released code has it. x is the model before mixing, p = sum_j w_ij (x_j - x_i) the neighbors'
// pull, g the gradient at x + p.
//
//   y  = g - p / lr + mu (sum_j w_ij v_j - g_old - b p_old / lr_old)     without mu at first
//   m  = beta m + y
//   v' = m   or   y + beta m (nesterov)
//   x' = x - lr v'
//
// with b = beta, nesterov beta + beta^2. No second message is needed: neighbors moved by -lr v, so
// sum_j w_ij v_j = v + p_old / lr_old - p / lr_old. At a learning rate of 0 the models mix and the
// memories stay, but for v, which is replaced by its mix: behind such a step p no longer tells it.
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S, bool kHasMomentum>
struct Gut {
  static constexpr std::string_view kName = kHasMomentum ? "qg-gutm" : "gut";
  static constexpr double kStillRate = 0;  // r.age: steps at a rate above 0
  static constexpr Needs kNeeds{
      .static_graph = true, .undirected_graph = true, .every_step = true, .own_model = true};

  struct Options {
    Real<S> mu = Real<S>(kHasMomentum ? 0.05 : 0.9);
    Real<S> beta = Real<S>(kHasMomentum ? 0.9 : 0);
    bool nesterov = false;
  };
  static constexpr auto kOptions = std::tuple_cat(
      std::tuple{number("mu", &Options::mu, kMomentum, "weight of the tracked directions")},
      momentum_options<Options>(kWeightOfLocalMomentum));

  struct State {
    S x;      // parameters, before mixing
    S m;      // momentum, local
    S v;      // direction of the step before
    S g;      // gradient of the step before
    S p;      // pull of the step before, divided by its rate
    S start;  // x at the start of the round; x itself is mixed then
  };
  static constexpr std::array kFields{model("x"),
                                      memory("momentum"),
                                      memory("previous_direction").that_corrects(),
                                      memory("previous_gradient").that_corrects(),
                                      memory("previous_pull").that_corrects(),
                                      scratch("start")};

  static constexpr State look(State s, const Round<S>&, const Options&) {
    s.start = s.x;
    return s;
  }
  // sum_j w_ij v_j of the step before, or v where that is in its place.
  static constexpr S mixed_direction(const State& s, const S& pull, const Round<S>& r) {
    const auto moved = Real<S>(r.previous_lr != 0);
    const auto known = Real<S>(r.age != 0) * moved;  // no branch, so that the loop vectorises
    return s.v + known * (s.p - pull / (r.previous_lr + (1 - moved)));
  }
  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const bool still = r.lr == 0;
    const S pull = s.x - s.start;
    const S now = pull / (still ? 1 : r.lr);
    const Real<S> b = o.beta + Real<S>(o.nesterov) * o.beta * o.beta;
    const S mixed = mixed_direction(s, pull, r);
    const S y = g - now + o.mu * (mixed - s.g - b * s.p);
    const S m = next_momentum(s.m, y, o.beta);
    const S v = direction(m, y, o.beta, o.nesterov);
    return {.x = still ? s.x : s.start - r.lr * v,
            .m = still ? s.m : m,
            .v = still ? mixed : v,
            .g = still ? s.g : g,
            .p = still ? s.p : now,
            .start = s.start};
  }

  static constexpr auto kRound = stages(local(look), mix("x"), with_gradient(step));
};

template <class S>
struct PlainGut : Gut<S, false> {};
template <class S>
struct QgGutm : Gut<S, true> {};

constexpr const char* kPaper =
    "Aketi, Hashemi, Roy: Global update tracking, a decentralized learning algorithm for "
    "heterogeneous data, NeurIPS 2023";

}  // namespace

Algorithm gut() {
  return entry<PlainGut>("tracking of the neighbors' steps without a second message", kPaper);
}

Algorithm qg_gutm() {
  return entry<QgGutm>("the same with quasi-global momentum", kPaper);
}

}  // namespace murmur::algorithms
