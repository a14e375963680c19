// SPDX-License-Identifier: Apache-2.0
// Pairs of sentences in aligned lines: line i of one file is the translation of line i of the
// other. As tokens both sides are pieces and </s>.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/dataset.h"
#include "murmur/data/text/streams.h"

namespace murmur::data {

struct PairLines {
  std::vector<std::string_view> source;
  std::vector<std::string_view> target;
  std::vector<std::int32_t> file;  // of each pair, counted from 0
};

// The lines of a text, ended by \n or \r\n.
std::vector<std::string_view> lines_of(std::string_view text);

// Appends those of two files. kDamaged: a line is no valid UTF-8, or their numbers differ.
Status add_pairs(const NamedText& source, const NamedText& target, PairLines& pairs);

struct PairTokens {
  Examples examples;
  std::int64_t left_out = 0;
  std::int64_t cut = 0;
};

// `most`: pieces of a side without its mark. In training, pairs with more on a side and with an
// empty side are left out; otherwise sources are cut.
PairTokens pair_tokens(const PairLines& pairs,
                       const Vocabulary& vocabulary,
                       std::size_t most,
                       bool is_training,
                       const ForEach& for_each);

// The longer side of each pair in tokens.
std::vector<std::int32_t> pair_lengths(const Examples& examples);

}  // namespace murmur::data
