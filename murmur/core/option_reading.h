// SPDX-License-Identifier: Apache-2.0
// Describes bound options (option_binding.h) for `murmur list`, and reads checked values into the
// struct.
#pragma once

#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/core/option_binding.h"
#include "murmur/core/options.h"

namespace murmur {
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

// Descriptions of T::kOptions.
template <class T>
std::vector<OptionInfo> describe_options() {
  std::vector<OptionInfo> infos;
  const typename T::Options defaults{};
  std::apply([&](const auto&... b) { (infos.push_back(detail::describe(defaults, b)), ...); },
             T::kOptions);
  return infos;
}

// T's options from checked values.
template <class T>
typename T::Options read_options(const OptionValues& values) {
  typename T::Options options{};
  std::apply([&](const auto&... b) { (detail::read(options, b, values), ...); }, T::kOptions);
  return options;
}

}  // namespace murmur
