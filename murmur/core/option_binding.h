// SPDX-License-Identifier: Apache-2.0
// Ties an option's name to a member of an Options struct, so that the struct's defaults are the
// only statement of a default:
//
//   static constexpr std::tuple kOptions{
//       number("momentum", &Options::beta, kMomentum, "weight of the old momentum")};
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/core/options.h"

namespace murmur {

template <class Member>
struct NumberOption {
  std::string_view name;
  Member member;
  Bounds bounds;
  std::string_view help;
};

// Two numbers written as a list, as PyTorch's betas.
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

// A word out of a list; the member is its place in the list.
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

namespace detail {

template <class O, class M>
OptionInfo describe(const O& o, const NumberOption<M>& b) {
  using T = std::remove_cvref_t<decltype(o.*b.member)>;
  OptionInfo info{
      .name = std::string(b.name), .help = std::string(b.help), .fallback = {}, .bounds = b.bounds};
  if constexpr (std::is_integral_v<T>) {
    info.fallback = static_cast<std::int64_t>(o.*b.member);
  } else {
    info.fallback = static_cast<double>(o.*b.member);
  }
  return info;
}
template <class O, class M>
OptionInfo describe(const O& o, const PairOption<M>& b) {
  return {.name = std::string(b.name),
          .help = std::string(b.help),
          .fallback = std::vector<double>{o.*b.first, o.*b.second},
          .bounds = b.bounds,
          .length = 2};
}
template <class O, class M>
OptionInfo describe(const O& o, const FlagOption<M>& b) {
  return {.name = std::string(b.name), .help = std::string(b.help), .fallback = o.*b.member};
}
template <class O, class M, std::size_t N>
OptionInfo describe(const O& o, const ChoiceOption<M, N>& b) {
  return {.name = std::string(b.name),
          .help = std::string(b.help),
          .fallback = std::string(b.choices[static_cast<std::size_t>(o.*b.member)]),
          .choices = {b.choices.begin(), b.choices.end()}};
}

template <class O, class M>
void read(O& o, const NumberOption<M>& b, const OptionValues& v) {
  using T = std::remove_cvref_t<decltype(o.*b.member)>;
  if constexpr (std::is_integral_v<T>) {
    o.*b.member = static_cast<T>(v.integer(std::string(b.name)));
  } else {
    o.*b.member = static_cast<T>(v.number(std::string(b.name)));
  }
}
template <class O, class M>
void read(O& o, const PairOption<M>& b, const OptionValues& v) {
  const std::vector<double>& two = v.numbers(std::string(b.name));
  MURMUR_CHECK(two.size() == 2, "{} holds {} numbers", b.name, two.size());
  using T = std::remove_cvref_t<decltype(o.*b.first)>;
  o.*b.first = static_cast<T>(two[0]);
  o.*b.second = static_cast<T>(two[1]);
}
template <class O, class M>
void read(O& o, const FlagOption<M>& b, const OptionValues& v) {
  o.*b.member = v.flag(std::string(b.name));
}
template <class O, class M, std::size_t N>
void read(O& o, const ChoiceOption<M, N>& b, const OptionValues& v) {
  const std::string& given = v.text(std::string(b.name));
  for (std::size_t i = 0; i < N; ++i) {
    if (b.choices[i] == given) {
      o.*b.member = static_cast<int>(i);
      return;
    }
  }
  MURMUR_CHECK(false, "{} = '{}' is none of its choices", b.name, given);
}

}  // namespace detail

// What `murmur list` shows of T::kOptions.
template <class T>
std::vector<OptionInfo> describe_options() {
  std::vector<OptionInfo> infos;
  const typename T::Options defaults{};
  std::apply([&](const auto&... b) { (infos.push_back(detail::describe(defaults, b)), ...); },
             T::kOptions);
  return infos;
}

// The struct from checked values.
template <class T>
typename T::Options read_options(const OptionValues& values) {
  typename T::Options options{};
  std::apply([&](const auto&... b) { (detail::read(options, b, values), ...); }, T::kOptions);
  return options;
}

}  // namespace murmur
