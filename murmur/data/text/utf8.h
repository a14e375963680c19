// SPDX-License-Identifier: Apache-2.0
// Text as code points (utf8proc). Invalid UTF-8 is a failure that names the file and the line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"

namespace murmur::data {

// kDamaged: a line is no valid UTF-8. `name`: of the file.
Status require_utf8(std::string_view text, const std::string& name);

// REQUIRES: valid UTF-8.
std::vector<char32_t> code_points(std::string_view text);

std::string to_utf8(char32_t point);

// White space as Python's str.split() sees it.
bool is_space(char32_t point);

// The parts between white space, none of them empty.
std::vector<std::string> split_words(std::string_view text);

// The lines without their ends (\n, \r\n or \r), as Python reads a text file.
std::vector<std::string_view> split_lines(std::string_view text);

// The bytes of a file as text.
inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace murmur::data
