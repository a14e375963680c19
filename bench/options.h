// SPDX-License-Identifier: Apache-2.0
// What the programs of this folder share: how they end with an error, and how they read options.
#pragma once

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "murmur/core/error.h"

namespace murmur::bench {

// Ends the program with exit code 2.
[[noreturn]] inline void refuse(const std::string& message) {
  fmt::print(stderr, "{}: {}\n", program_invocation_short_name, message);
  std::exit(static_cast<int>(ExitCode::kUsage));
}

// The value of a result, or refuse() with its failure.
template <class T>
T take(Result<T> result) {
  if (!result) {
    refuse(result.failure().message);
  }
  return std::move(result).value();
}

// "--name" and the setting that it changes: a count of 1 or more, a number, or a text.
using Options = std::map<std::string, std::variant<int*, double*, std::string*>, std::less<>>;

// Writes `text`, all of it a number, into `number`.
template <class T>
bool read_number(std::string_view text, T& number) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && rest == end;
}

// Reads "--name value" pairs; refuses unknown names and values of another kind.
inline void read_options(int argc, char** argv, const Options& options) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const auto option = options.find(name);
    if (i + 1 == argc || option == options.end()) {
      refuse(
          fmt::format("'{}' is no option with a value; the head of its source names them", name));
    }
    const std::string_view text = argv[i + 1];
    if (std::string* const* word = std::get_if<std::string*>(&option->second)) {
      **word = text;
    } else if (double* const* number = std::get_if<double*>(&option->second)) {
      if (!read_number(text, **number)) {
        refuse(fmt::format("{} is '{}'; allowed is a number", name, text));
      }
    } else if (int& count = *std::get<int*>(option->second);
               !read_number(text, count) || count < 1) {
      refuse(fmt::format("{} is '{}'; allowed is an integer, 1 or more", name, text));
    }
  }
}

}  // namespace murmur::bench
