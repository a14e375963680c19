// SPDX-License-Identifier: Apache-2.0
// Iteration over the members of an Options struct: an aggregate of numbers and flags.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace murmur::detail {

// Converts to any arithmetic type.
struct AnyNumber {
  template <class T>
  requires std::is_arithmetic_v<T>
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr operator T() const { return T{}; }
};

template <class T, std::size_t... I>
consteval bool has_members(std::index_sequence<I...> /*indices*/) {
  return requires {
    T{(static_cast<void>(I), AnyNumber{})...};
  };
}

template <class T, std::size_t kCount = 0>
consteval std::size_t member_count() {
  if constexpr (has_members<T>(std::make_index_sequence<kCount + 1>{})) {
    return member_count<T, kCount + 1>();
  } else {
    return kCount;
  }
}

// f(member...), by reference.
template <class T, class F>
constexpr auto with_members(T& of, const F& f) {  // NOLINT(readability-function-size): a line each
  constexpr std::size_t kCount = member_count<std::remove_const_t<T>>();
  static_assert(kCount <= 8, "options are at most eight numbers and flags");
  if constexpr (kCount == 0) {
    return f();
  } else if constexpr (kCount == 1) {
    auto& [a] = of;
    return f(a);
  } else if constexpr (kCount == 2) {
    auto& [a, b] = of;
    return f(a, b);
  } else if constexpr (kCount == 3) {
    auto& [a, b, c] = of;
    return f(a, b, c);
  } else if constexpr (kCount == 4) {
    auto& [a, b, c, d] = of;
    return f(a, b, c, d);
  } else if constexpr (kCount == 5) {
    auto& [a, b, c, d, e] = of;
    return f(a, b, c, d, e);
  } else if constexpr (kCount == 6) {
    auto& [a, b, c, d, e, g] = of;
    return f(a, b, c, d, e, g);
  } else if constexpr (kCount == 7) {
    auto& [a, b, c, d, e, g, h] = of;
    return f(a, b, c, d, e, g, h);
  } else {
    auto& [a, b, c, d, e, g, h, i] = of;
    return f(a, b, c, d, e, g, h, i);
  }
}

// The same options for another scalar type: To{each member of `from`}.
template <class To, class From>
constexpr To options_as(const From& from) {
  if constexpr (std::is_same_v<To, From>) {
    return from;
  } else {
    To to{};
    with_members(to, [&](auto&... target) {
      with_members(from, [&](const auto&... source) {
        ((target = static_cast<std::remove_cvref_t<decltype(target)>>(source)), ...);
      });
    });
    return to;
  }
}

}  // namespace murmur::detail
