// SPDX-License-Identifier: Apache-2.0
// Limits on the nesting depth of TOML and JSON texts. A TOML tree is parsed, copied and destroyed
// by recursive functions, so a text without limits could overflow the stack.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace murmur::run {

inline constexpr std::size_t kMostNested = 64;    // depth of nested brackets
inline constexpr std::size_t kMostKeyParts = 16;  // a.b.c has three

// Throws UserError with line and column if a TOML text is nested deeper or has a key of more parts.
// A text that is not valid TOML may pass; the parser reports its errors.
void require_shallow(std::string_view text, const std::string& file);

// Whether a dotted key has at most kMostKeyParts parts.
bool is_shallow_key(std::string_view key);

// Returns `text`, or "", which is not valid JSON, if it is nested deeper than kMostNested: JSON
// trees are copied by recursive functions as well.
std::string_view shallow_json(std::string_view text);

}  // namespace murmur::run
