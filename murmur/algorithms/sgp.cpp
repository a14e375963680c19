// SPDX-License-Identifier: Apache-2.0
// SGP: stochastic gradient push (Assran, Loizou, Ballas, Rabbat, ICML 2019), on directed graphs
// whose shares p_ij add up to one per sender j. The model x is the numerator over the push-sum
// weight.
//
//   m  = beta m + g(x)
//   u  = m   or   g + beta m (nesterov)
//   numerator' = sum_j p_ij (numerator_j - lr u_j)
//   weight'    = sum_j p_ij weight_j
//   x'         = numerator' / weight'
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct Sgp {
  static constexpr std::string_view kName = "sgp";

  using Options = MomentumOptions<S>;
  static constexpr auto kOptions = momentum_options<Options>(kWeightOfLocalMomentum);

  struct State {
    S x;          // parameters, de-biased
    S numerator;  // what is sent
    S m;          // momentum, local
  };
  static constexpr std::array kFields{
      model("x"), memory("numerator").like_model(), memory("momentum")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S m = next_momentum(s.m, g, o.beta);
    const S u = direction(m, g, o.beta, o.nesterov);
    return {.x = s.x, .numerator = s.numerator - r.lr * u, .m = m};
  }

  static constexpr State debias(const State& s, const Round<S>& r, const Options&) {
    return {.x = s.numerator / r.weight, .numerator = s.numerator, .m = s.m};
  }

  static constexpr auto kRound = stages(with_gradient(step), push("numerator"), local(debias));
};

template <class S>
struct PlainSgp {
  static constexpr std::string_view kName = "sgp";
  struct Options {};
  static constexpr std::tuple<> kOptions{};

  struct State {
    S x;          // parameters, de-biased
    S numerator;  // what is sent
  };
  static constexpr std::array kFields{model("x"), memory("numerator").like_model()};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options&) {
    return {.x = s.x, .numerator = s.numerator - r.lr * g};
  }

  static constexpr State debias(const State& s, const Round<S>& r, const Options&) {
    return {.x = s.numerator / r.weight, .numerator = s.numerator};
  }

  static constexpr auto kRound = stages(with_gradient(step), push("numerator"), local(debias));
};

}  // namespace

Algorithm sgp() {
  return with_case<PlainSgp>(
      entry<Sgp>("stochastic gradient push: push-sum on a directed graph",
                 "Assran, Loizou, Ballas, Rabbat: Stochastic gradient push, ICML 2019"),
      has_no_momentum);
}

}  // namespace murmur::algorithms
