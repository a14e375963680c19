// SPDX-License-Identifier: Apache-2.0
// The replacements of sacrebleu's TokenizerRegexp, in its order. All look for ASCII alone, so that
// bytes can stand for code points: a byte of a longer code point is neither a digit nor a mark.
#include <array>
#include <utility>

#include "murmur/data/text/utf8.h"
#include "murmur/learning/translation/bleu.h"

namespace murmur::learning {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_stop(char c) {
  return c == '.' || c == ',';
}

// All of ASCII that is no letter, digit or control character, but ' , - .
bool is_symbol(char c) {
  return (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') || c == '/' || (c >= ':' && c <= '@') ||
         (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

void replace_all(std::string& text, std::string_view old, std::string_view with) {
  for (std::size_t at = text.find(old); at != std::string::npos;
       at = text.find(old, at + with.size())) {
    text.replace(at, old.size(), with);
  }
}

std::string_view without_last_spaces(std::string_view text) {
  const std::vector<char32_t> points = data::code_points(text);
  for (auto last = points.rbegin(); last != points.rend() && data::is_space(*last); ++last) {
    text.remove_suffix(data::to_utf8(*last).size());
  }
  return text;
}

std::string symbols_apart(const std::string& text) {
  std::string apart;
  for (const char c : text) {
    if (is_symbol(c)) {
      (((apart += ' ') += c) += ' ');
    } else {
      apart += c;
    }
  }
  return apart;
}

// Where `first` and `second` hold for two characters in a row, writes before, the first, between,
// the second, after. Matches do not overlap.
template <class First, class Second>
std::string replace_pairs(const std::string& text,
                          const First& first,
                          const Second& second,
                          const std::array<std::string_view, 3>& around) {
  std::string replaced;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 == text.size() || !first(text[i]) || !second(text[i + 1])) {
      replaced += text[i];
      continue;
    }
    replaced += around[0];
    replaced += text[i];
    replaced += around[1];
    replaced += text[++i];
    replaced += around[2];
  }
  return replaced;
}

}  // namespace

std::vector<std::string> tokenize_13a(std::string_view text) {
  std::string line(without_last_spaces(text));
  replace_all(line, "<skipped>", "");
  replace_all(line, "-\n", "");
  replace_all(line, "\n", " ");
  constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}};
  for (const auto& [entity, character] : kEntities) {
    replace_all(line, entity, character);
  }
  const auto no_digit = [](char c) { return !is_digit(c); };
  const auto is_dash = [](char c) { return c == '-'; };
  line = symbols_apart(" " + line + " ");
  line = replace_pairs(line, no_digit, is_stop, {"", " ", " "});
  line = replace_pairs(line, is_stop, no_digit, {" ", " ", ""});
  line = replace_pairs(line, is_digit, is_dash, {"", " ", " "});
  return data::split_words(line);
}

}  // namespace murmur::learning
