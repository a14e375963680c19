// SPDX-License-Identifier: Apache-2.0
// GPT-2 as a language model: the sizes that its description and its module share.
#pragma once

#include <cstdint>

#include "murmur/core/options.h"

namespace murmur::models {

struct Gpt {
  std::int64_t layers = 0;
  std::int64_t heads = 0;
  std::int64_t width = 0;
  double dropout = 0;  // of embeddings, attention and residuals
};

Gpt read_gpt(const OptionValues& options);

}  // namespace murmur::models
