// SPDX-License-Identifier: Apache-2.0
// BEER (Zhao, Li, Li, Richtarik, Chi, NeurIPS 2022): compressed gradient tracking, and MoTEF
// (Islamov, Gao, Stich, 2024), the same with momentum. What is tracked (tracked_copies.h) is
//
//   M = g                             BEER
//   M = beta M + (1 - beta) g         MoTEF; at step 0 M = g
#include "murmur/algorithms/compressed/tracked_copies.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct BeerOptions {
  Real<S> gossip_step = Real<S>(0.5);
  int first_tracker = kKept;
};
template <class S>
struct MotefOptions {
  Real<S> gossip_step = Real<S>(0.5);
  Real<S> beta = Real<S>(0.9);
  int first_tracker = kKept;
};

template <class S>
struct BeerState {
  S x;             // parameters
  S v;             // tracker, V
  S m;             // moment, M
  S copy;          // what neighbors know of x, H
  S tracker_copy;  // what they know of V, G
  S pull;          // of the neighbors' H
  S tracker_pull;  // of their G
  S difference;    // what is encoded
};

template <class S>
struct Beer {
  static constexpr std::string_view kName = "beer";
  using Options = BeerOptions<S>;
  static constexpr auto kOptions = tracked_copies_options<Options>();
  using State = BeerState<S>;
  static constexpr auto kFields = kTrackedCopies;

  static bool due(std::int64_t step, const Options& o) { return sends_tracker(step, o); }

  static constexpr State track(const State& s, const S& g, const Round<S>&, const Options& o) {
    return tracked(s, g, o);
  }
  static constexpr State move(const State& s, const Round<S>& r, const Options& o) {
    return moved(s, r.lr, o);
  }

  static constexpr auto kRound = tracked_copies_round(with_gradient(track), move);
};

template <class S>
struct Motef {
  static constexpr std::string_view kName = "motef";
  using Options = MotefOptions<S>;
  static constexpr auto kOptions = std::tuple_cat(
      tracked_copies_options<Options>(),
      std::tuple{
          number("momentum", &Options::beta, kMomentum, "weight of the old moment, 1 - lambda")});
  using State = BeerState<S>;
  static constexpr auto kFields = kTrackedCopies;

  static bool due(std::int64_t step, const Options& o) { return sends_tracker(step, o); }

  static constexpr State track(const State& s, const S& g, const Round<S>& r, const Options& o) {
    return tracked(s, r.step == 0 ? g : o.beta * s.m + (1 - o.beta) * g, o);
  }
  static constexpr State move(const State& s, const Round<S>& r, const Options& o) {
    return moved(s, r.lr, o);
  }

  static constexpr auto kRound = tracked_copies_round(with_gradient(track), move);
};

}  // namespace

Algorithm beer() {
  return entry<Beer>("gradient tracking over public copies, known by encoded differences",
                     "Zhao, Li, Li, Richtarik, Chi: BEER, fast O(1/T) rate for decentralized "
                     "nonconvex optimization with communication compression, NeurIPS 2022");
}

Algorithm motef() {
  return entry<Motef>("momentum tracking over public copies, known by encoded differences",
                      "Islamov, Gao, Stich: Towards faster decentralized stochastic optimization "
                      "with communication compression, 2024");
}

}  // namespace murmur::algorithms
