// SPDX-License-Identifier: Apache-2.0
// The settings of an algorithm's options under which its kernels are recorded, to find accesses
// that occur only under some of them. They are all combinations of flags and choices, each with the
// default numbers, and with one number or all numbers at zero or the smallest allowed value, at a
// usual value, and at a large value.
//
// Options that are bound to names (option_binding.h) have their bounds; otherwise each member of
// the struct is a flag or a number.
#pragma once

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>

#include "murmur/core/members.h"
#include "murmur/core/option_binding.h"

namespace murmur::detail {

inline constexpr std::size_t kMostWordSettings = 256;
inline constexpr std::size_t kTriedNumbers = 4;  // including the default

// The k-th number to try, or the default if no number of that kind is allowed.
template <class T>
constexpr T tried_number(T fallback, const Bounds& bounds, std::size_t k) {
  const std::array<std::array<double, 3>, kTriedNumbers> kinds{
      {{}, {0, bounds.low, 1e-3}, {0.5, 2, 1}, {1000, 0.999, bounds.high}}};
  for (const double value : kinds[k]) {
    const bool fits =
        !std::is_integral_v<T> || (value > -1e15 && value < 1e15 &&
                                   value == static_cast<double>(static_cast<long long>(value)));
    if (k > 0 && fits && bounds.contains(value)) {
      return static_cast<T>(value);
    }
  }
  return fallback;
}

// Visits the options and assigns a setting: flags and choices are the digits of `word` in mixed
// radix; number `which`, or every number if `all`, becomes the `tried`-th number to try.
struct Setting {
  std::size_t word = 0;
  std::size_t which = 0;
  std::size_t tried = 0;
  bool all = false;
  std::size_t words = 1;    // counted: combinations of flags and choices
  std::size_t numbers = 0;  // counted: numbers

  template <class T>
  constexpr void number(T& value, const Bounds& bounds) {
    if (all || numbers == which) {
      value = tried_number(value, bounds, tried);
    }
    ++numbers;
  }
  template <class T>
  constexpr void choose(T& value, std::size_t choices) {
    value = static_cast<T>((static_cast<std::size_t>(value) + word / words) % choices);
    words *= choices;
  }
  template <class T>
  constexpr void member(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      choose(value, 2);
    } else if constexpr (std::is_integral_v<T>) {
      number(value, kCount);  // not zero: a kernel may divide by it
    } else {
      number(value, kNonNegative);
    }
  }
  template <class O, class M>
  constexpr void option(O& o, const NumberOption<M>& b) {
    number(o.*b.member, b.bounds);
  }
  template <class O, class M>
  constexpr void option(O& o, const PairOption<M>& b) {
    number(o.*b.first, b.bounds);
    number(o.*b.second, b.bounds);
  }
  template <class O, class M>
  constexpr void option(O& o, const FlagOption<M>& b) {
    choose(o.*b.member, 2);
  }
  template <class O, class M, std::size_t N>
  constexpr void option(O& o, const ChoiceOption<M, N>& b) {
    choose(o.*b.member, N);
  }

  template <class A>
  constexpr typename A::Options of() {
    typename A::Options options{};
    if constexpr (requires { A::kOptions; }) {
      std::apply([&](const auto&... b) { (option(options, b), ...); }, A::kOptions);
    } else {
      with_members(options, [&](auto&... m) { (member(m), ...); });
    }
    return options;
  }
};

// task(options) for every setting of A's options.
template <class A, class Task>
constexpr void for_every_setting(const Task& task) {
  Setting first;
  task(first.of<A>());
  for (std::size_t word = 0; word < first.words; ++word) {
    for (std::size_t tried = 0; tried < (first.numbers == 0 ? 1 : kTriedNumbers); ++tried) {
      for (std::size_t which = 0; which <= (tried == 0 ? 0 : first.numbers); ++which) {
        Setting setting{
            .word = word, .which = which, .tried = tried, .all = which == first.numbers};
        task(setting.of<A>());
      }
    }
  }
}

template <class A>
consteval std::size_t word_settings() {
  Setting setting;
  static_cast<void>(setting.of<A>());
  return setting.words;
}

}  // namespace murmur::detail
