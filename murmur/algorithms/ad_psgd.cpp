// SPDX-License-Identifier: Apache-2.0
// AD-PSGD: asynchronous decentralized SGD (Lian, Zhang, Zhang, Liu, ICML 2018). When worker i
// completes a gradient, taken at the model with which it started,
//
//   m    = beta m + g(start_i)
//   u    = m   or   g + beta m (nesterov)
//   x_i, x_j = (x_i + x_j) / 2        with one neighbor j, which does not wait
//   x_i  = x_i - lr u
//   start_i = x_i
//
// Neighbors may have averaged with x_i during the computation, so g is stale.
// engine/costs/event_schedule.h orders the events.
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct AdPsgd {
  static constexpr std::string_view kName = "ad-psgd";
  static constexpr bool kAsynchronous = true;

  using Options = MomentumOptions<S>;
  static constexpr auto kOptions = momentum_options<Options>(kWeightOfLocalMomentum);

  struct State {
    S x;      // parameters
    S start;  // parameters at which the current gradient is taken
    S m;      // momentum, local
    S u;      // direction
  };
  static constexpr std::array kFields{
      model("x"), memory("start").like_model(), memory("momentum"), scratch("direction")};

  static constexpr State look(const State& s, const S& g, const Round<S>&, const Options& o) {
    const S m = next_momentum(s.m, g, o.beta);
    return {.x = s.x, .start = s.start, .m = m, .u = direction(m, g, o.beta, o.nesterov)};
  }

  static constexpr State step(const State& s, const Round<S>& r, const Options&) {
    const S x = s.x - r.lr * s.u;
    return {.x = x, .start = x, .m = s.m, .u = s.u};
  }

  static constexpr auto kRound = stages(with_gradient(look, "start"), mix("x"), local(step));
};

template <class S>
struct PlainAdPsgd {
  static constexpr std::string_view kName = "ad-psgd";
  static constexpr bool kAsynchronous = true;
  struct Options {};
  static constexpr std::tuple<> kOptions{};

  struct State {
    S x;      // parameters
    S start;  // parameters at which the current gradient is taken
    S g;      // the current gradient
  };
  static constexpr std::array kFields{
      model("x"), memory("start").like_model(), scratch("gradient")};

  static constexpr State look(const State& s, const S& g, const Round<S>&, const Options&) {
    return {.x = s.x, .start = s.start, .g = g};
  }

  static constexpr State step(const State& s, const Round<S>& r, const Options&) {
    const S x = s.x - r.lr * s.g;
    return {.x = x, .start = x, .g = s.g};
  }

  static constexpr auto kRound = stages(with_gradient(look, "start"), mix("x"), local(step));
};

}  // namespace

Algorithm ad_psgd() {
  return with_case<PlainAdPsgd>(
      entry<AdPsgd>("asynchronous pairwise averaging: a worker meets one neighbor per gradient",
                    "Lian, Zhang, Zhang, Liu: Asynchronous decentralized parallel SGD, ICML 2018"),
      has_no_momentum);
}

}  // namespace murmur::algorithms
