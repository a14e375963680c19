// SPDX-License-Identifier: Apache-2.0
// The tokens of BERT, as transformers' BertTokenizer makes them (its fast form):
//
//   clean      control characters are removed, white space becomes a blank
//   CJK        ideographs are words of their own
//   accents    decomposed (NFD), and nonspacing marks removed; by default if letters are lowered
//   lower      letters become small
//   split      at white space, and before and after every punctuation mark
//   pieces     from the left, the longest piece in the vocabulary; all but the first of a word
//   start
//              with ##; a word without such pieces, or of more than 100 characters, is [UNK]
//   whole      [CLS] pieces [SEP]; the pieces beyond the most tokens are cut off
//
// [PAD], [UNK], [CLS], [SEP] and [MASK] in a text are these tokens.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/text/vocabulary.h"

namespace murmur::data {

struct WordpieceSettings {
  bool lower = true;
  bool strip_accents = true;
  bool split_ideographs = true;
};

// Those of the tokenizer_config.json in the folder of the vocabulary; the usual ones without it.
// kDamaged: the file cannot be read.
Result<WordpieceSettings> read_wordpiece_settings(const std::filesystem::path& folder);

// Thread-safe.
class Wordpiece {
 public:
  // kDamaged: a special token is not in the vocabulary.
  static Result<Wordpiece> make(std::shared_ptr<const Vocabulary> vocabulary,
                                const WordpieceSettings& settings);

  // At most `most` tokens in all; `is_cut`, if not null: whether there were more. REQUIRES: valid
  // UTF-8, most >= 2.
  std::vector<std::int32_t> encode(std::string_view text,
                                   std::size_t most,
                                   bool* is_cut = nullptr) const;

  const std::shared_ptr<const Vocabulary>& vocabulary() const { return vocabulary_; }

  // All steps but the pieces.
  std::vector<std::u32string> words(std::string_view text) const;

 private:
  Wordpiece(std::shared_ptr<const Vocabulary> vocabulary, const WordpieceSettings& settings)
      : vocabulary_(std::move(vocabulary)), settings_(settings) {}

  std::u32string normalized(std::string_view text) const;
  void add_word(const std::u32string& word, std::vector<std::int32_t>& tokens) const;

  std::shared_ptr<const Vocabulary> vocabulary_;
  WordpieceSettings settings_;
  std::int32_t unknown_ = 0;
  std::int32_t begin_ = 0;  // [CLS]
  std::int32_t end_ = 0;    // [SEP]
};

}  // namespace murmur::data
