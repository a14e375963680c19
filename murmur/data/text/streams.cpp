// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/text/streams.h"

#include <algorithm>
#include <functional>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/data/text/utf8.h"

namespace murmur::data {
namespace {

using Visit = std::function<void(const std::string& token)>;

void for_each_word(std::string_view text, const Visit& visit) {
  for (const std::string_view line : split_lines(text)) {
    for (const std::string& word : split_words(line)) {
      visit(word);
    }
    visit(std::string(kEndOfLine));
  }
}

Vocabulary characters_of(const std::vector<NamedText>& texts) {
  std::set<char32_t> points;
  for (const NamedText& text : texts) {
    for (const char32_t point : code_points(text.text)) {
      points.insert(point);
    }
  }
  std::vector<std::string> tokens;
  for (const char32_t point : points) {
    tokens.push_back(to_utf8(point));
  }
  return {"characters", std::move(tokens)};
}

struct WordCount {
  std::string word;
  std::int64_t count = 0;  // in training
};

// In the order of their first occurrence.
std::vector<WordCount> count_words(const VocabularySource& source) {
  std::vector<WordCount> words;
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t t = 0; t < source.texts.size(); ++t) {
    for_each_word(source.texts[t].text, [&](const std::string& word) {
      const auto [place, is_new] = places.emplace(word, words.size());
      if (is_new) {
        words.push_back({word});
      }
      words[place->second].count += t < source.training ? 1 : 0;
    });
  }
  return words;
}

Vocabulary words_of(const VocabularySource& source) {
  std::vector<WordCount> words = count_words(source);
  const auto most = static_cast<std::size_t>(source.most);
  if (most > 0 && words.size() > most) {
    std::stable_sort(words.begin(), words.end(), [](const WordCount& a, const WordCount& b) {
      return a.count > b.count;
    });
    words.resize(most);
    const auto is_unknown = [](const WordCount& word) { return word.word == kUnknown; };
    if (std::none_of(words.begin(), words.end(), is_unknown)) {
      words.back() = {std::string(kUnknown)};
    }
  }
  std::vector<std::string> tokens;
  for (WordCount& word : words) {
    tokens.push_back(std::move(word.word));
  }
  return {"words", std::move(tokens)};
}

}  // namespace

Vocabulary make_vocabulary(const VocabularySource& source) {
  return source.tokenizer == "words" ? words_of(source) : characters_of(source.texts);
}

Result<std::vector<std::int32_t>> token_stream(const Vocabulary& vocabulary,
                                               const NamedText& text) {
  std::vector<std::int32_t> stream;
  std::string unknown;
  const auto add = [&](const std::string& token) {
    stream.push_back(vocabulary.number_or_unknown(token));
    if (stream.back() < 0 && unknown.empty()) {
      unknown = token;
    }
  };
  if (vocabulary.tokenizer() == "sentencepiece") {
    for (const std::string_view line : split_lines(text.text)) {
      const std::vector<std::int32_t> pieces = vocabulary.encode(line);
      stream.insert(stream.end(), pieces.begin(), pieces.end());
      stream.push_back(vocabulary.marks().end);
    }
  } else if (vocabulary.tokenizer() == "words") {
    for_each_word(text.text, add);
  } else {
    for (const char32_t point : code_points(text.text)) {
      add(to_utf8(point));
    }
  }
  if (!unknown.empty()) {
    return Failure{
        FailureKind::kDamaged,
        fmt::format(
            "{}: the vocabulary has neither the token '{}' nor {}", text.name, unknown, kUnknown)};
  }
  return stream;
}

void add_windows(std::span<const std::int32_t> stream,
                 std::int64_t context,
                 bool keep_last,
                 RaggedRows& windows) {
  const auto length = static_cast<std::size_t>(context);
  std::size_t begin = 0;
  for (; begin + length < stream.size(); begin += length) {
    windows.add(stream.subspan(begin, length + 1));
  }
  if (keep_last && begin + 1 < stream.size()) {
    windows.add(stream.subspan(begin));
  }
}

}  // namespace murmur::data
