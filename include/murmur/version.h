// SPDX-License-Identifier: Apache-2.0
// The version of these headers, and that of the library that is loaded. Those of one minor version
// go together until 1.0.
#pragma once

#include <string_view>

namespace murmur {
inline namespace v0_1 {

inline constexpr int kVersionMajor = 0;
inline constexpr int kVersionMinor = 1;
inline constexpr int kVersionPatch = 0;

#pragma GCC visibility push(default)

// Of the library: "0.1.0".
std::string_view version();

#pragma GCC visibility pop
}  // namespace v0_1
}  // namespace murmur
