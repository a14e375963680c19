// SPDX-License-Identifier: Apache-2.0
// A recurrent language model: the sizes that its description and its module share.
#pragma once

#include <cstdint>

#include "murmur/core/options.h"

namespace murmur::models {

struct Lstm {
  std::int64_t layers = 0;
  std::int64_t width = 0;
  std::int64_t embedding = 0;
  bool tied = false;   // the decoder's weight is the encoder's
  double dropout = 0;  // of the embedding, between layers and of the output
};

Lstm read_lstm(const OptionValues& options);

}  // namespace murmur::models
