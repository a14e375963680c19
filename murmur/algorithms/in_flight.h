// SPDX-License-Identifier: Apache-2.0
// Delayed push-sum: "numerator" is sent before a round's gradient and received `staleness` - 1
// steps later, after the gradient and before the model is de-biased. Each message in flight is a
// memory of the program, "in_flight_K".
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/core/make_program.h"

namespace murmur::algorithms {

inline constexpr std::int64_t kMostInFlight = 16;
inline constexpr std::array<std::string_view, kMostInFlight> kInFlightNames{"in_flight_0",
                                                                            "in_flight_1",
                                                                            "in_flight_2",
                                                                            "in_flight_3",
                                                                            "in_flight_4",
                                                                            "in_flight_5",
                                                                            "in_flight_6",
                                                                            "in_flight_7",
                                                                            "in_flight_8",
                                                                            "in_flight_9",
                                                                            "in_flight_10",
                                                                            "in_flight_11",
                                                                            "in_flight_12",
                                                                            "in_flight_13",
                                                                            "in_flight_14",
                                                                            "in_flight_15"};

// Of buffers that travel with the numerators (carry_buffers.h).
inline constexpr std::array<std::string_view, kMostInFlight> kBuffersInFlightNames{
    "buffers_in_flight_0",
    "buffers_in_flight_1",
    "buffers_in_flight_2",
    "buffers_in_flight_3",
    "buffers_in_flight_4",
    "buffers_in_flight_5",
    "buffers_in_flight_6",
    "buffers_in_flight_7",
    "buffers_in_flight_8",
    "buffers_in_flight_9",
    "buffers_in_flight_10",
    "buffers_in_flight_11",
    "buffers_in_flight_12",
    "buffers_in_flight_13",
    "buffers_in_flight_14",
    "buffers_in_flight_15"};

// numerator <- numerator + slot; slot <- 0
template <class S>
struct Arrive {
  struct Options {};
  struct State {
    S numerator;
    S slot;
  };
  static constexpr std::array kFields{memory("numerator"), memory("slot")};
  static constexpr State add(const State& s, const Round<S>&, const Options&) {
    return {.numerator = s.numerator + s.slot, .slot = S(0)};
  }
  static constexpr auto kRound = stages(local(add));
};

// REQUIRES: base's round is {gradient, de-bias} with a field "numerator"; 1 <= staleness <= 16.
template <class S>
Program<S> with_messages_in_flight(Program<S> base, std::int64_t staleness) {
  MURMUR_CHECK(base.round.size() == 2, "{} stages", base.round.size());
  const std::size_t numerator = base.index_of("numerator");
  const Stage<S> gradient = base.round[0];
  const Stage<S> debias = base.round[1];
  const std::size_t first_slot = base.fields.size();
  base.round.clear();
  for (std::int64_t k = 0; k < staleness; ++k) {
    const auto slot = static_cast<std::size_t>(k);
    base.add_field(memory(kInFlightNames[slot]));
    base.round.push_back(
        {.what = SendStage{.numerator = numerator, .into = first_slot + slot, .slot = slot},
         .due = [=](std::int64_t step) { return step % staleness == k; }});
  }
  base.round.push_back(gradient);
  for (std::int64_t k = 0; k < staleness; ++k) {
    const auto slot = static_cast<std::size_t>(k);
    const auto due = [=](std::int64_t step) {
      return step + 1 >= staleness && (step + 1) % staleness == k;
    };
    base.round.push_back({.what = ArriveStage{slot}, .due = due});
    append_stages<Arrive, S>(base, {}, {numerator, first_slot + slot}).front().due = due;
  }
  base.round.push_back(debias);
  return base;
}

}  // namespace murmur::algorithms
