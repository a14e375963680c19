// SPDX-License-Identifier: Apache-2.0
// Which fields a kernel reads and writes: found by running it at compile time with recording
// scalars, under every setting of its options.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/core/option_settings.h"
#include "murmur/core/stage.h"

namespace murmur::detail {

inline constexpr int kGradientBit = 62;

struct Access {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
};

template <class A>
inline constexpr std::size_t kFieldCount = A::kFields.size();

// A State from N values, member by member.
template <class State, class Value, std::size_t... I>
constexpr State state_from(Value&& value, std::index_sequence<I...>) {
  return State{value(I)...};
}

template <class S, class Function, class State, class Options>
constexpr auto call(Function f, const State& s, const S& g, const Round<S>& r, const Options& o) {
  if constexpr (
      std::is_invocable_v<Function, const State&, const S&, const Round<S>&, const Options&>) {
    return f(s, g, r, o);
  } else {
    return f(s, r, o);
  }
}

// The conditions on the round that a kernel may test: whether the learning rate or the previous one
// is 0, whether weights decay, whether the memory has just been reset, how many workers there are.
inline constexpr unsigned kRecordedRounds = 16;

constexpr Round<Recorder> recorded_round(unsigned variant) {
  Round<Recorder> round;
  round.lr = variant & 1U;  // a schedule may reach 0
  round.age = (variant >> 1U) & 1U;
  round.previous_lr = (variant >> 2U) & 1U;
  round.weight_decay = (variant >> 3U) & 1U;
  round.step = round.age + static_cast<std::int64_t>((variant >> 2U) & 1U);
  round.round_lr = round.lr + round.previous_lr;
  round.workers = 1 + ((variant ^ (variant >> 1U) ^ (variant >> 3U)) & 1U);
  return round;
}

// The recorded accesses of a kernel.
struct Seen {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t kept = 0;  // unchanged in some case: if written in another, the old value is read

  constexpr Access access() const { return {reads | (writes & kept), writes}; }
};

// Runs kernel K of algorithm A with recording scalars, once per recorded round.
template <template <class> class A, std::size_t K>
constexpr void record(const typename A<Recorder>::Options& options, Seen& seen) {
  using Alg = A<Recorder>;
  constexpr auto kSpec = std::get<K>(Alg::kRound);
  constexpr std::size_t kCount = kFieldCount<Alg>;
  static_assert(kCount <= kMostFields, "a kernel has at most kMostFields fields");
  for (unsigned variant = 0; variant < kRecordedRounds; ++variant) {
    const auto before = state_from<typename Alg::State>(
        [](std::size_t i) { return Recorder::field(static_cast<int>(i)); },
        std::make_index_sequence<kCount>{});
    const auto after = call<Recorder>(
        kSpec.kernel, before, Recorder::field(kGradientBit), recorded_round(variant), options);
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(after)>, Recorder>) {
      seen.reads |= after.reads();
    } else {
      const auto values = std::bit_cast<std::array<Recorder, kCount>>(after);
      for (std::size_t i = 0; i < kCount; ++i) {
        if (values[i].is_field(static_cast<int>(i))) {
          seen.kept |= std::uint64_t{1} << i;
        } else {
          seen.writes |= std::uint64_t{1} << i;
          seen.reads |= values[i].reads();
        }
      }
    }
  }
}

// The accesses of kernel K under all settings of the algorithm's options.
template <template <class> class A, std::size_t K>
consteval Access access_of() {
  static_assert(
      word_settings<A<Recorder>>() <= kMostWordSettings,
      "flags and choices with too many combinations to record a kernel under each of them");
  Seen seen;
  for_every_setting<A<Recorder>>([&](const auto& options) { record<A, K>(options, seen); });
  return seen.access();
}

// Checks that kernel K, under the given options, accesses only fields that the loops load and
// store. A kernel that compares a number with a value outside all settings (o.beta > 0.95) may not.
template <template <class> class A, std::size_t K>
void check_access(const typename A<Recorder>::Options& given, const Access& known) {
  Seen seen;
  record<A, K>(given, seen);
  const Access now = seen.access();
  const std::uint64_t unknown = (now.reads & ~known.reads) | (now.writes & ~known.writes);
  MURMUR_CHECK(
      unknown == 0,
      "kernel {} touches '{}' only at some values of a number that are not those of "
      "core/option_settings.h: let a flag or a choice say it",
      K,
      unknown == 0 || std::countr_zero(unknown) >= static_cast<int>(kFieldCount<A<Recorder>>)
          ? "gradient"
          : A<Recorder>::kFields[static_cast<std::size_t>(std::countr_zero(unknown))].name);
}

template <class A>
constexpr std::size_t place_of(std::string_view field) {
  std::size_t index = 0;
  while (A::kFields[index].name != field) {
    ++index;
  }
  return index;
}

constexpr bool has(std::uint64_t mask, std::size_t bit) {
  return ((mask >> bit) & 1U) != 0;
}

}  // namespace murmur::detail
