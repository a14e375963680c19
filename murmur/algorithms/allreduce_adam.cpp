// SPDX-License-Identifier: Apache-2.0
// The centralized Adam baseline: gradients averaged exactly at every step, one model and one pair
// of moments for all workers.
//
//   g  = mean_i g_i + lambda x
//   m  = b1 m + (1 - b1) g ;   v = b2 v + (1 - b2) g g
//   x' = x - lr/c1 m / (sqrt(v)/sqrt(c2) + eps)
#include "murmur/algorithms/adam_step.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct AllreduceAdam {
  static constexpr std::string_view kName = "allreduce-adam";

  struct Options {
    Real<S> beta1 = Real<S>(0.9);
    Real<S> beta2 = Real<S>(0.999);
    Real<S> eps = Real<S>(1e-8);
  };
  static constexpr std::tuple kOptions{
      pair("betas", &Options::beta1, &Options::beta2, kMomentum, "weights of the old moments"),
      number("eps", &Options::eps, kPositive, "added to the root of the second moment")};

  struct State {
    S x;     // parameters, the same on all workers
    S m;     // first moment, likewise
    S v;     // second moment, likewise
    S g;     // gradient on the worker's own batch
    S mean;  // of the gradients
  };
  static constexpr std::array kFields{model("x").once(),
                                      memory("exp_avg").once(),
                                      memory("exp_avg_sq").once(),
                                      scratch("gradient"),
                                      scratch("mean_gradient").once()};

  static constexpr State keep(const State& s, const S& g, const Round<S>&, const Options&) {
    State next = s;
    next.g = g;
    return next;
  }

  static constexpr State step(const State& s, const Round<S>& r, const Options& o) {
    const S g = s.mean + r.weight_decay * s.x;
    State next = s;
    next.m = o.beta1 * s.m + (1 - o.beta1) * g;
    next.v = o.beta2 * s.v + (1 - o.beta2) * (g * g);
    next.x = adam_step(s.x, next.m, next.v, r, o);
    return next;
  }

  static constexpr auto kRound = stages(with_gradient(keep, "x", Decay::kPlacedByKernel),
                                        average("gradient", "mean_gradient"),
                                        local(step));
};

}  // namespace

Algorithm allreduce_adam() {
  return entry<AllreduceAdam>("centralized Adam: gradients averaged exactly at every step",
                              "Kingma, Ba: Adam, ICLR 2015");
}

}  // namespace murmur::algorithms
