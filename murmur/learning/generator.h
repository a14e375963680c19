// SPDX-License-Identifier: Apache-2.0
// The next tokens of a model of sequences, one after the other: of a model of pairs those of
// translations, of a language model those that go on with texts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "murmur/learning/translation/beam_search.h"

namespace murmur::learning {

// Not thread-safe: one instance per thread.
template <class S>
class Generator {
 public:
  Generator() = default;
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;
  virtual ~Generator() = default;

  // prompts: sources with </s>, or texts, none of them empty. Sentence i is what follows prompt i.
  // The first continuations are by <s>, or by the last token of each text. Of a text that has
  // become longer than what the model gets at once, it gets the last tokens. `x`, a row, is read
  // as long as the result is used, which is until the next call.
  virtual NextTokens& start(const S* x, std::span<const std::vector<std::int32_t>> prompts) = 0;
};

}  // namespace murmur::learning
