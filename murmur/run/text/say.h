// SPDX-License-Identifier: Apache-2.0
// Prints text for the user. A closed terminal or pipe or a full disk must not end a run, so write
// errors are ignored and the text is lost.
#pragma once

#include <cstdio>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace murmur::run {

template <class... T>
void say(std::FILE* stream, fmt::format_string<T...> format, T&&... arguments) {
  const std::string text = fmt::format(format, std::forward<T>(arguments)...);
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stream));
  static_cast<void>(std::fflush(stream));
}

}  // namespace murmur::run
