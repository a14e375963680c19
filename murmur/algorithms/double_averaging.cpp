// SPDX-License-Identifier: Apache-2.0
// Double averaging: local momentum SGD whose models and momenta are both averaged every `period`
// steps (Yu, Jin, Yang, ICML 2019). Twice the traffic of Local SGD.
//
//   m  = beta m + g
//   u  = m   or   g + beta m (nesterov)
//   x' = x - lr u
//   every period steps:   x <- mean x,   m <- mean m
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct DoubleAveraging {
  static constexpr std::string_view kName = "double-averaging";

  struct Options {
    Real<S> beta = Real<S>(0.9);
    bool nesterov = false;
    std::int64_t period = 12;
  };
  static constexpr auto kOptions = std::tuple_cat(
      momentum_options<Options>(),
      std::tuple{number("period", &Options::period, kCount, "steps between two averages")});

  struct State {
    S x;     // parameters
    S m;     // momentum
    S mean;  // of the models, then of the momenta
  };
  static constexpr std::array kFields{model("x"), memory("momentum"), scratch("mean").once()};

  static bool due(std::int64_t step, const Options& o) { return (step + 1) % o.period == 0; }

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S m = next_momentum(s.m, g, o.beta);
    const S u = direction(m, g, o.beta, o.nesterov);
    return {.x = s.x - r.lr * u, .m = m, .mean = s.mean};
  }
  static constexpr State take_model(const State& s, const Round<S>&, const Options&) {
    return {.x = s.mean, .m = s.m, .mean = s.mean};
  }
  static constexpr State take_momentum(const State& s, const Round<S>&, const Options&) {
    return {.x = s.x, .m = s.mean, .mean = s.mean};
  }

  static constexpr auto kRound = stages(with_gradient(step),
                                        every_period(average("x", "mean"),
                                                     local(take_model),
                                                     average("momentum", "mean"),
                                                     local(take_momentum)));
};

}  // namespace

Algorithm double_averaging() {
  return entry<DoubleAveraging>("local momentum; model and momentum both averaged every period",
                                "Yu, Jin, Yang: On the linear speedup analysis of communication "
                                "efficient momentum SGD, ICML 2019");
}

}  // namespace murmur::algorithms
