// SPDX-License-Identifier: Apache-2.0
// Text for standard error. A terminal that is gone, a closed pipe or a full disk behind it must not
// end a run, so nothing here throws and a text that cannot be written is lost.
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
