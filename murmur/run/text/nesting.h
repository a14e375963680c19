// SPDX-License-Identifier: Apache-2.0
// How deep a text may be nested. A tree of TOML is parsed, copied and destroyed by
// functions that call themselves, so a text without limits would overflow the stack.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace murmur::run {

inline constexpr std::size_t kMostNested = 64;    // brackets inside of brackets
inline constexpr std::size_t kMostKeyParts = 16;  // a.b.c has three

// Throws UserError with line and column where a TOML text is nested deeper. A text that is no TOML
// passes or fails, and the parser says what is wrong with it.
void require_shallow(std::string_view text, const std::string& file);

// Whether a dotted key has at most kMostKeyParts parts.
bool is_shallow_key(std::string_view key);

// A JSON text, or "", which is none, where it is nested deeper than kMostNested: a tree of JSON is
// copied by functions that call themselves, too.
std::string_view shallow_json(std::string_view text);

}  // namespace murmur::run
