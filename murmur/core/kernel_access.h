// SPDX-License-Identifier: Apache-2.0
// Which fields a kernel reads and writes: found by running it at compile time with recording
// scalars.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

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

// Runs kernel K of algorithm A with recording scalars: for a newborn and a grown state, for a rate
// of 0 and another, since kernels may ask for these.
template <template <class> class A, std::size_t K>
consteval Access access_of() {
  using Alg = A<Recorder>;
  constexpr auto kSpec = std::get<K>(Alg::kRound);
  constexpr std::size_t kCount = kFieldCount<Alg>;
  Access access;
  std::uint64_t kept = 0;  // left alone in some case: where written in another, the value is needed
  for (int variant = 0; variant < 4; ++variant) {
    Round<Recorder> round;
    round.lr = variant % 2;  // a schedule may reach 0
    round.previous_lr = variant % 2;
    round.age = variant / 2;
    round.step = round.age;
    const auto before = state_from<typename Alg::State>(
        [](std::size_t i) { return Recorder::field(static_cast<int>(i)); },
        std::make_index_sequence<kCount>{});
    const auto after = call<Recorder>(
        kSpec.kernel, before, Recorder::field(kGradientBit), round, typename Alg::Options{});
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(after)>, Recorder>) {
      access.reads |= after.reads();
    } else {
      const auto values = std::bit_cast<std::array<Recorder, kCount>>(after);
      for (std::size_t i = 0; i < kCount; ++i) {
        if (values[i].is_field(static_cast<int>(i))) {
          kept |= std::uint64_t{1} << i;
        } else {
          access.writes |= std::uint64_t{1} << i;
          access.reads |= values[i].reads();
        }
      }
    }
  }
  access.reads |= access.writes & kept;
  return access;
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
