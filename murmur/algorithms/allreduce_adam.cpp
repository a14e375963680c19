// SPDX-License-Identifier: Apache-2.0
// The centralized Adam baseline: gradients averaged exactly at every step, one model and one pair
// of moments for all workers.
//
//   g  = mean_i g_i + lambda x
//   m  = b1 m + (1 - b1) g ;   v = b2 v + (1 - b2) g g
//   x' = x - lr/c1 m / (sqrt(v)/sqrt(c2) + eps)
#include "murmur/algorithms/adam_step.h"
#include "murmur/algorithms/compressed/coded_stages.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct AllreduceAdam {
  static constexpr std::string_view kName = "allreduce-adam";

  using Options = AdamOptions<S>;
  static constexpr auto kOptions = adam_options<Options>();

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
    next.m = first_moment(s.m, g, o);
    next.v = second_moment(s.v, g, o);
    next.x = adam_step(s.x, next.m, next.v, r, o);
    return next;
  }

  static constexpr auto kRound = stages(with_gradient(keep, "x", Decay::kPlacedByKernel),
                                        coded_average("gradient", "mean_gradient"),
                                        local(step));
};

}  // namespace

Algorithm allreduce_adam() {
  return entry<AllreduceAdam>("centralized Adam: gradients averaged exactly at every step",
                              "Kingma, Ba: Adam, ICLR 2015");
}

}  // namespace murmur::algorithms
