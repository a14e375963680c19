// SPDX-License-Identifier: Apache-2.0
// The encoder-decoder transformer: the sizes that its description and its module share.
#pragma once

#include <cstdint>
#include <string>

#include "murmur/core/options.h"

namespace murmur::models {

struct Transformer {
  std::int64_t layers = 0;  // of the encoder, and of the decoder
  std::int64_t heads = 0;
  std::int64_t width = 0;
  std::int64_t feedforward = 0;
  double dropout = 0;
  std::string activation;   // "relu" or "gelu"
  bool norm_first = false;  // whether norms are before attention and feedforward layers
  bool tied = false;        // whether the output is the embedding
};

Transformer read_transformer(const OptionValues& options);

}  // namespace murmur::models
