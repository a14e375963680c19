// SPDX-License-Identifier: Apache-2.0
// Beam search for the best translation of each of several sentences.
//
// From <s>, at each length: of all continuations of a sentence's living hypotheses by one token,
// other than padding and <s>, the 2 beam with the highest log-probabilities are looked at, in that
// order. One that ends in </s> is finished if it is among the first `beam`; the first `beam` that
// do not end live on. A sentence is done with `beam` finished ones, else at its most tokens,
// where the living are finished. The finished one with the highest
//
//   log p / ((5 + length) / 6)^alpha,   length in tokens, </s> included      (Wu et al., 2016)
//
// is the translation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace murmur::learning {

struct BeamSettings {
  std::int64_t beam = 4;
  double length_penalty = 0.6;  // alpha
  std::int32_t padding = 0;
  std::int32_t begin = 2;  // <s>
  std::int32_t end = 3;    // </s>
};

// What a hypothesis became: a continuation of an earlier one by a token.
struct Continuation {
  std::int32_t sentence = 0;
  std::int32_t parent = 0;  // its place in the last call; of the first call: the sentence
  std::int32_t token = 0;
};

// A model that computes the next tokens. In all of a call the hypotheses have the same length.
class NextTokens {
 public:
  NextTokens() = default;
  NextTokens(const NextTokens&) = delete;
  NextTokens& operator=(const NextTokens&) = delete;
  virtual ~NextTokens() = default;

  virtual std::int64_t vocabulary() const = 0;
  // Log-probabilities of the token after each: hypotheses x vocabulary, valid until the next call.
  virtual std::span<const double> after(std::span<const Continuation> hypotheses) = 0;
};

// most_tokens: of each sentence, at least 1. Returns their tokens, without <s> and </s>.
std::vector<std::vector<std::int32_t>> beam_search(const BeamSettings& settings,
                                                   std::span<const std::int64_t> most_tokens,
                                                   NextTokens& model);

}  // namespace murmur::learning
