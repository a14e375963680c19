// SPDX-License-Identifier: Apache-2.0
// OSGP: overlapped stochastic gradient push (Assran et al., ICML 2019). Messages are in flight
// while the gradient is taken; what is sent at step t is received at the end of step t + staleness
// - 1.
//
//   slot_i      = sum_{j != i} p_ij numerator_j      sent, weights likewise
//   numerator_i = p_ii numerator_i                   the own share is kept
//   numerator   = numerator - lr u                   u from the gradient at x, as in SGP
//   numerator   = numerator + slot                   of the step whose messages are due
//   x'          = numerator / weight
//
// With staleness 1 on a doubly stochastic graph it is DSGD, combine-then-adapt. Messages in
// flight are memory: a checkpoint saves them, sums include them, an exact average adds them.
#include <string>

#include "murmur/algorithms/in_flight.h"
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

constexpr Bounds kStaleness{1, kMostInFlight, false, false, "an integer from 1 to 16"};

template <class S>
struct Osgp {
  static constexpr std::string_view kName = "osgp";

  struct Options {
    Real<S> beta = 0;
    bool nesterov = false;
    std::int64_t staleness = 1;
  };
  static constexpr auto kOptions = std::tuple_cat(
      momentum_options<Options>(kWeightOfLocalMomentum),
      std::tuple{
          number("staleness", &Options::staleness, kStaleness, "steps that a message may take")});

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

  static constexpr auto kRound = stages(with_gradient(step), local(debias));
};

template <class S>
Program<S> osgp_program(const OptionValues& values) {
  return with_messages_in_flight(make_program<Osgp, S>(read_options<Osgp<S>>(values)),
                                 values.integer("staleness"));
}

}  // namespace

Algorithm osgp() {
  Algorithm algorithm =
      entry<Osgp>("overlapped stochastic gradient push: messages travel during the gradient",
                  "Assran, Loizou, Ballas, Rabbat: Stochastic gradient push, ICML 2019");
  algorithm.make = {osgp_program<float>, osgp_program<double>};
  return algorithm;
}

}  // namespace murmur::algorithms
