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
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct Sgp {
  static constexpr std::string_view kName = "sgp";

  struct Options {
    Real<S> beta = 0;
    bool nesterov = false;
  };
  static constexpr std::tuple kOptions{
      number(
          "momentum", &Options::beta, kMomentum, "weight of the old momentum, which stays local"),
      flag("nesterov", &Options::nesterov, "step along g + momentum * m instead of m")};

  struct State {
    S x;          // parameters, de-biased
    S numerator;  // what is sent
    S m;          // momentum, local
  };
  static constexpr std::array kFields{
      model("x"), memory("numerator").like_model(), memory("momentum")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S m = o.beta * s.m + g;
    const S u = o.nesterov ? g + o.beta * m : m;
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
      [](const OptionValues& v) { return v.number("momentum") == 0; });
}

}  // namespace murmur::algorithms
