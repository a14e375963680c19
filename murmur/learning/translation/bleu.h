// SPDX-License-Identifier: Apache-2.0
// BLEU of a corpus (Papineni et al., 2002), equal to sacrebleu.corpus_bleu with its defaults,
// nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp:
//
//   100 min(1, exp(1 - r / h)) exp(1/4 sum_{n = 1..4} log p_n),   p_n = matches_n / ngrams_n
//
// h, r: tokens of all translations, of all references. An n-gram matches at most as often as it
// occurs in its reference. The k-th order without a match has p_n = 1 / (2^k ngrams_n). Without any
// match, or without a translation of four tokens, BLEU is 0.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace murmur::learning {

// From 0 to 100. REQUIRES: as many references as translations, all valid UTF-8.
double corpus_bleu(std::span<const std::string> translations,
                   std::span<const std::string> references);

// sacrebleu's tokenizer 13a, that of mteval-v13a: entities of HTML are replaced, punctuation and
// symbols of ASCII become tokens, but not full stops and commas between digits.
std::vector<std::string> tokenize_13a(std::string_view text);

}  // namespace murmur::learning
