// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/text/nesting.h"

#include <algorithm>

#include <fmt/format.h>

#include "murmur/core/error.h"

namespace murmur::run {
namespace {

[[noreturn]] void refuse(std::string_view text,
                         std::size_t at,
                         const std::string& file,
                         const std::string& what) {
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t begin = before.rfind('\n') + 1;  // npos + 1 is 0
  throw UserError(fmt::format("{}:{}:{}: {}", file, line, at - begin + 1, what));
}

// Position after the string that begins at `at`. A string that is not closed ends at the end of the
// line, or at the end of the text if it is a multi-line string.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string three(3, quote);
  const bool is_long = text.substr(at, 3) == three;
  const std::string_view end = is_long ? std::string_view(three) : text.substr(at, 1);
  for (at += end.size(); at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text.substr(at, end.size()) == end) {
      return at + end.size();
    } else if (!is_long && text[at] == '\n') {
      return at;
    }
  }
  return text.size();
}

// Whether `c` occurs in bare keys, as a dot between keys or as a blank around them.
bool is_key_character(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || c == '_' || c == '-' || c == '.' || c == ' ' || c == '\t';
}

}  // namespace

bool is_shallow_key(std::string_view key) {
  return static_cast<std::size_t>(std::count(key.begin(), key.end(), '.')) < kMostKeyParts;
}

std::string_view shallow_json(std::string_view text) {
  std::size_t nested = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted && c == '\\') {
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '[' || c == '{')) {
      ++nested;
    } else if (!quoted && (c == ']' || c == '}') && nested > 0) {
      --nested;
    }
    if (nested > kMostNested) {
      return {};
    }
  }
  return text;
}

void require_shallow(std::string_view text, const std::string& file) {
  std::size_t nested = 0;
  std::size_t dots = 0;  // in the current key
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = end_of_string(text, at);
      continue;
    }
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    const bool opens = c == '[' || c == '{';
    const bool closes = c == ']' || c == '}';
    nested += opens ? 1 : 0;
    nested -= closes && nested > 0 ? 1 : 0;
    dots += c == '.' ? 1 : 0;
    dots = is_key_character(c) ? dots : 0;
    if (nested > kMostNested) {
      refuse(text, at, file, fmt::format("nested more than {} deep", kMostNested));
    }
    if (dots >= kMostKeyParts) {
      refuse(text, at, file, fmt::format("a key of more than {} parts", kMostKeyParts));
    }
    ++at;
  }
}

}  // namespace murmur::run
