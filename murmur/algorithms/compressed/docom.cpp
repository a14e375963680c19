// SPDX-License-Identifier: Apache-2.0
// DoCoM (Yau, Wai, 2022): compressed tracking of a moment of low variance (tracked_copies.h), here
// with the order of BEER's step.
//
//   M = g + beta (M - g')        g' the gradient of the same batch at the model of the step before
//
// At step 0 M = g. The weight of g is 1 - beta, which the paper writes beta.
#include "murmur/algorithms/compressed/tracked_copies.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct Docom {
  static constexpr std::string_view kName = "docom";

  struct Options {
    Real<S> gossip_step = Real<S>(0.5);
    Real<S> beta = Real<S>(0.9);
    int first_tracker = kKept;
  };
  static constexpr auto kOptions = std::tuple_cat(
      tracked_copies_options<Options>(),
      std::tuple{number("momentum", &Options::beta, kMomentum, "weight of the old moment")});

  struct State {
    S x, v, m, copy, tracker_copy, pull, tracker_pull, difference;  // as BEER's
    S previous;                                                     // x of the step before
    S before;  // the gradient there, without weight decay
  };
  static constexpr std::array kFields{kTrackedCopies[0],
                                      kTrackedCopies[1],
                                      kTrackedCopies[2],
                                      kTrackedCopies[3],
                                      kTrackedCopies[4],
                                      kTrackedCopies[5],
                                      kTrackedCopies[6],
                                      kTrackedCopies[7],
                                      memory("previous_x").like_model().that_corrects(),
                                      scratch("gradient_before")};

  static bool due(std::int64_t step, const Options& o) { return sends_tracker(step, o); }

  static constexpr State track(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S before = s.before + r.weight_decay * s.previous;
    return tracked(s, r.step == 0 ? g : g + o.beta * (s.m - before), o);
  }
  static constexpr State move(State s, const Round<S>& r, const Options& o) {
    s.previous = s.x;
    return moved(s, r.lr, o);
  }

  static constexpr auto kRound = tracked_copies_round(
      std::tuple_cat(talk_off_graph("second-gradient", "previous_x", "gradient_before"),
                     with_gradient(track)),
      move);
};

}  // namespace

Algorithm docom() {
  return entry<Docom>("the same with a second gradient, at the model before, of every batch",
                      "Yau, Wai: DoCoM, compressed decentralized optimization with near-optimal "
                      "sample complexity, 2022");
}

}  // namespace murmur::algorithms
