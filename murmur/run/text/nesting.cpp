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

// Behind the string that begins at `at`, or the end where it is not closed.
std::size_t behind_string(std::string_view text, std::size_t at) {
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

// Of bare keys, the dots between keys and the blanks around them.
bool is_of_key(char c) {
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
  std::size_t dots = 0;  // of the key at hand
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = behind_string(text, at);
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
    dots = is_of_key(c) ? dots : 0;
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
