// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/translation/bleu.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>

#include "murmur/core/check.h"

namespace murmur::learning {
namespace {

constexpr std::size_t kOrders = 4;

using Words = std::span<const std::string>;

// Compares words one by one.
struct WordsBefore {
  bool operator()(Words a, Words b) const {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  }
};

using Counts = std::map<Words, std::int64_t, WordsBefore>;

struct Statistics {
  std::int64_t translated = 0;  // tokens
  std::int64_t reference = 0;
  std::array<std::int64_t, kOrders> matches{};  // by the length of the n-gram, from 1
  std::array<std::int64_t, kOrders> ngrams{};   // of the translations
};

Counts ngrams_of(Words words, std::size_t length) {
  Counts counts;
  for (std::size_t begin = 0; begin + length <= words.size(); ++begin) {
    ++counts[words.subspan(begin, length)];
  }
  return counts;
}

void add_pair(const std::string& translation, const std::string& reference, Statistics& all) {
  const std::vector<std::string> words = tokenize_13a(translation);
  const std::vector<std::string> wanted = tokenize_13a(reference);
  all.translated += std::ssize(words);
  all.reference += std::ssize(wanted);
  for (std::size_t order = 0; order < kOrders; ++order) {
    const Counts of_reference = ngrams_of(wanted, order + 1);
    for (const auto& [ngram, count] : ngrams_of(words, order + 1)) {
      all.ngrams[order] += count;
      const auto found = of_reference.find(ngram);
      all.matches[order] += found == of_reference.end() ? 0 : std::min(count, found->second);
    }
  }
}

double bleu(const Statistics& all) {
  const bool none_matches =
      std::all_of(all.matches.begin(), all.matches.end(), [](auto count) { return count == 0; });
  if (none_matches || all.ngrams.back() == 0) {
    return 0;
  }
  double halvings = 1;
  double logs = 0;
  for (std::size_t order = 0; order < kOrders; ++order) {
    const auto ngrams = static_cast<double>(all.ngrams[order]);
    auto matches = static_cast<double>(all.matches[order]);
    if (all.matches[order] == 0) {
      halvings *= 2;
      matches = 1 / halvings;
    }
    logs += std::log(100 * matches / ngrams);
  }
  const double longer = static_cast<double>(all.reference) / static_cast<double>(all.translated);
  const double brevity = longer > 1 ? std::exp(1 - longer) : 1;
  return brevity * std::exp(logs / static_cast<double>(kOrders));
}

}  // namespace

double corpus_bleu(std::span<const std::string> translations,
                   std::span<const std::string> references) {
  MURMUR_CHECK(translations.size() == references.size(),
               "{} translations and {} references",
               translations.size(),
               references.size());
  Statistics all;
  for (std::size_t i = 0; i < translations.size(); ++i) {
    add_pair(translations[i], references[i], all);
  }
  return bleu(all);
}

}  // namespace murmur::learning
