// SPDX-License-Identifier: Apache-2.0
// The version that `murmur --version`, run folders and reports state.
#pragma once

#include <string_view>

namespace murmur::run {

// Version of this program, the same as in CMakeLists.txt.
constexpr std::string_view version() {
  return "0.1.0";
}

}  // namespace murmur::run
