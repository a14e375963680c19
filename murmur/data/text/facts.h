// SPDX-License-Identifier: Apache-2.0
// What a person checks first about texts: how many tokens, how long, how many unknown or cut off.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "murmur/data/dataset.h"

namespace murmur::data {

struct TokenFacts {
  std::int64_t examples = 0;
  std::int64_t tokens = 0;    // of all examples; of windows: those that are predicted
  std::int64_t shortest = 0;  // of an example, in tokens
  std::int64_t median = 0;    // the lower one of an even number
  std::int64_t longest = 0;
  std::int64_t unknown = 0;                 // tokens that stand for others
  std::vector<std::int64_t> of_class = {};  // examples of each class
};

// `side`: a column of tokens. REQUIRES: the dataset is text.
TokenFacts token_facts(const Dataset& dataset,
                       const Examples& examples,
                       std::string_view side = kInputs);

// The tokens of some examples.
std::vector<std::vector<std::int32_t>> tokens_of(const Examples& examples,
                                                 std::span<const std::int32_t> which,
                                                 std::string_view side = kInputs);

}  // namespace murmur::data
