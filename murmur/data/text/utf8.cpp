// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/text/utf8.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <utf8proc.h>

#include "murmur/core/check.h"

namespace murmur::data {
namespace {

struct Decoded {
  char32_t point = 0;
  std::size_t bytes = 0;  // 0: invalid
};

Decoded first_point(std::string_view text) {
  utf8proc_int32_t point = -1;
  const auto* const begin = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t bytes =
      utf8proc_iterate(begin, static_cast<utf8proc_ssize_t>(text.size()), &point);
  return bytes <= 0 || point < 0
             ? Decoded()
             : Decoded{static_cast<char32_t>(point), static_cast<std::size_t>(bytes)};
}

}  // namespace

Status require_utf8(std::string_view text, const std::string& name) {
  std::int64_t line = 1;
  while (!text.empty()) {
    const Decoded next = first_point(text);
    if (next.bytes == 0) {
      return Failure{FailureKind::kDamaged,
                     fmt::format("{}, line {}: this is not valid UTF-8 (byte 0x{:02x})",
                                 name,
                                 line,
                                 static_cast<unsigned char>(text.front()))};
    }
    line += next.point == U'\n' ? 1 : 0;
    text.remove_prefix(next.bytes);
  }
  return Ok{};
}

std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> points;
  points.reserve(text.size());
  while (!text.empty()) {
    const Decoded next = first_point(text);
    MURMUR_CHECK(next.bytes > 0, "invalid UTF-8");
    points.push_back(next.point);
    text.remove_prefix(next.bytes);
  }
  return points;
}

std::string to_utf8(char32_t point) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const utf8proc_ssize_t count =
      utf8proc_encode_char(static_cast<utf8proc_int32_t>(point), bytes.data());
  return {bytes.begin(), bytes.begin() + count};
}

bool is_space(char32_t point) {
  if (point < 0x80) {
    return (point >= 0x09 && point <= 0x0D) || (point >= 0x1C && point <= 0x20);
  }
  constexpr std::array<char32_t, 8> kOthers{
      0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};
  return (point >= 0x2000 && point <= 0x200A) ||
         std::find(kOthers.begin(), kOthers.end(), point) != kOthers.end();
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  };
  while (!text.empty()) {
    const Decoded next = first_point(text);
    MURMUR_CHECK(next.bytes > 0, "invalid UTF-8");
    if (is_space(next.point)) {
      end_word();
    } else {
      word += text.substr(0, next.bytes);
    }
    text.remove_prefix(next.bytes);
  }
  end_word();
  return words;
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      break;
    }
    const bool two = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    text.remove_prefix(end + (two ? 2 : 1));
  }
  return lines;
}

}  // namespace murmur::data
