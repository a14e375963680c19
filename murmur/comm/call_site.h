// SPDX-License-Identifier: Apache-2.0
// Where a function is called: as a default argument, the file and line of its caller. (clang 14 has
// no std::source_location.)
#pragma once

namespace murmur {

struct CallSite {
  const char* file;
  int line;

  static constexpr CallSite here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

}  // namespace murmur
