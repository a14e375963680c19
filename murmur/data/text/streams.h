// SPDX-License-Identifier: Apache-2.0
// Texts as streams of tokens, cut into windows for language models.
//
//   characters      every code point is a token; the vocabulary: all that occur, sorted
//   words           the parts between white space, and <eos> after every line, empty ones too; the
//                   vocabulary: in the order of the first occurrence, or the most frequent ones
//   sentencepiece   the pieces of every line, and </s> (pieces.h)
//
// Window i of a stream has the tokens i C ... i C + C, of which the first C are inputs and the last
// C are targets (C: data.context).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/column.h"
#include "murmur/data/text/vocabulary.h"

namespace murmur::data {

struct NamedText {
  std::string name;  // of the file, for messages
  std::string_view text;
};

// `texts`: of training, then those of the other parts. `training`: how many are of training; `most`
// limits the vocabulary to the most frequent tokens in training, <unk> included; 0: all tokens.
struct VocabularySource {
  std::string tokenizer;
  std::vector<NamedText> texts;
  std::size_t training = 0;
  std::int64_t most = 0;
};

// REQUIRES: the tokenizer is characters or words.
Vocabulary make_vocabulary(const VocabularySource& source);

// The numbers of the tokens of a text. kDamaged: a token is not in the vocabulary, which has no
// <unk>.
Result<std::vector<std::int32_t>> token_stream(const Vocabulary& vocabulary, const NamedText& text);

// Appends the windows of a stream. An incomplete last one is left out unless `keep_last`.
void add_windows(std::span<const std::int32_t> stream,
                 std::int64_t context,
                 bool keep_last,
                 RaggedRows& windows);

}  // namespace murmur::data
