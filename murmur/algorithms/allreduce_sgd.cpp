// SPDX-License-Identifier: Apache-2.0
// The centralized baseline: gradients averaged exactly at every step, one model and one momentum
// for all workers.
//
//   g  = mean_i g_i + lambda x
//   m  = beta m + g
//   u  = m   or   g + beta m (nesterov)
//   x' = x - lr u
#include "murmur/algorithms/compressed/coded_stages.h"
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct AllreduceSgd {
  static constexpr std::string_view kName = "allreduce-sgd";

  using Options = MomentumOptions<S>;
  static constexpr auto kOptions = momentum_options<Options>();

  struct State {
    S x;     // parameters, the same on all workers
    S m;     // momentum, the same on all workers
    S g;     // gradient on the worker's own batch
    S mean;  // of the gradients
  };
  static constexpr std::array kFields{model("x").once(),
                                      memory("momentum").once(),
                                      scratch("gradient"),
                                      scratch("mean_gradient").once()};

  static constexpr State keep(const State& s, const S& g, const Round<S>&, const Options&) {
    return {.x = s.x, .m = s.m, .g = g, .mean = s.mean};
  }

  static constexpr State step(const State& s, const Round<S>& r, const Options& o) {
    const S g = s.mean + r.weight_decay * s.x;
    const S m = next_momentum(s.m, g, o.beta);
    const S u = direction(m, g, o.beta, o.nesterov);
    return {.x = s.x - r.lr * u, .m = m, .g = s.g, .mean = s.mean};
  }

  static constexpr auto kRound = stages(with_gradient(keep, "x", Decay::kPlacedByKernel),
                                        coded_average("gradient", "mean_gradient"),
                                        local(step));
};

}  // namespace

Algorithm allreduce_sgd() {
  return entry<AllreduceSgd>("centralized SGD: gradients averaged exactly at every step",
                             "Goyal et al.: Accurate, large minibatch SGD, 2017");
}

}  // namespace murmur::algorithms
