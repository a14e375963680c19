// SPDX-License-Identifier: Apache-2.0
// Gradient tracking over public copies: what BEER, MoTEF and DoCoM share. They differ in the moment
// M that is tracked. H and G are what neighbors know of the model x and of the tracker V; C is the
// run's codec, and pull(G)_i = sum_j w_ij (G_j - G_i).
//
//   V  = V + M - M_old + gamma pull(G)           at step 0: V = M
//   G' = G + C(V - G)                            at step 0 only with first_tracker = "sent"
//   x' = x - lr V + gamma pull(H)
//   H' = H + C(x' - H)
//
// Two payloads go to each neighbor, and the pulls are those of copies that arrived before.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>

#include "murmur/algorithms/compressed/coded_stages.h"
#include "murmur/algorithms/registry.h"
#include "murmur/core/option_binding.h"

namespace murmur::algorithms {

enum FirstTracker { kKept, kSent };

// Options: any with gossip_step and an int `first_tracker`.
template <class Options>
constexpr auto tracked_copies_options() {
  return std::tuple{
      number("gossip_step",
             &Options::gossip_step,
             kProbability,
             "share of the way to the neighbors' public copies, gamma"),
      choice("first_tracker",
             &Options::first_tracker,
             {"kept", "sent"},
             "whether neighbors learn of the tracker at the first step, or from the second on")};
}

template <class Options>
constexpr bool sends_tracker(std::int64_t step, const Options& o) {
  return step > 0 || o.first_tracker == kSent;
}

// Fields of every State: x, v, m, copy, tracker_copy, pull, tracker_pull, difference.
inline constexpr std::array kTrackedCopies{model("x"),
                                           memory("tracker").that_corrects(),
                                           memory("moment").that_corrects(),
                                           memory("public_copy").that_corrects(),
                                           memory("public_tracker").that_corrects(),
                                           scratch("pull"),
                                           scratch("tracker_pull"),
                                           scratch("difference")};

// V from the new moment.
template <class State, class S, class Options>
constexpr State tracked(State s, const S& moment, const Options& o) {
  s.v = s.v + (moment - s.m) + o.gossip_step * s.tracker_pull;
  s.m = moment;
  s.difference = s.v - s.tracker_copy;
  return s;
}

template <class State, class R, class Options>
constexpr State moved(State s, const R& lr, const Options& o) {
  s.x = s.x - lr * s.v + o.gossip_step * s.pull;
  s.difference = s.x - s.copy;
  return s;
}

// A round: `gradient`, a stage group that takes the gradient and calls tracked(); `move`, a kernel
// that calls moved().
template <class Gradient, class Move>
constexpr auto tracked_copies_round(Gradient gradient, Move move) {
  return stages(mix_public("public_tracker", "tracker_pull"),
                gradient,
                every_period(publish("difference", "public_tracker")),
                mix_public("public_copy", "pull"),
                local(move),
                publish("difference", "public_copy"));
}

}  // namespace murmur::algorithms
