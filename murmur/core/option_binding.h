// SPDX-License-Identifier: Apache-2.0
// Binds an option's name to a member of an Options struct, whose initialisers are the defaults:
//
//   static constexpr std::tuple kOptions{
//       number("momentum", &Options::beta, kMomentum, "weight of the old momentum")};
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "murmur/core/options.h"

namespace murmur {

template <class Member>
struct NumberOption {
  std::string_view name;
  Member member;
  Bounds bounds;
  std::string_view help;
};

// Two numbers given as a list, as PyTorch's betas.
template <class Member>
struct PairOption {
  std::string_view name;
  Member first;
  Member second;
  Bounds bounds;
  std::string_view help;
};

template <class Member>
struct FlagOption {
  std::string_view name;
  Member member;
  std::string_view help;
};

// A word from a list; the member is its index.
template <class Member, std::size_t N>
struct ChoiceOption {
  std::string_view name;
  Member member;
  std::array<std::string_view, N> choices;
  std::string_view help;
};

template <class Member>
constexpr auto number(std::string_view name, Member m, Bounds bounds, std::string_view help) {
  return NumberOption<Member>{name, m, bounds, help};
}
template <class M>
constexpr auto pair(
    std::string_view name, M first, M second, Bounds bounds, std::string_view help) {
  return PairOption<M>{name, first, second, bounds, help};
}
template <class Member>
constexpr auto flag(std::string_view name, Member member, std::string_view help) {
  return FlagOption<Member>{name, member, help};
}
template <class Member, std::size_t N>
constexpr auto choice(std::string_view name,
                      Member member,
                      const std::string_view (&choices)[N],
                      std::string_view help) {
  return ChoiceOption<Member, N>{name, member, std::to_array(choices), help};
}

}  // namespace murmur
