// SPDX-License-Identifier: Apache-2.0
// [compression]: how messages are encoded.
#pragma once

#include <cstdint>

#include "murmur/run/config/choice.h"

namespace murmur::run {

struct CompressionConfig {
  Choice choice;
  std::int64_t min_size = 0;    // a tensor of fewer entries is sent whole
  std::int64_t start_step = 0;  // so is everything before that step
};

}  // namespace murmur::run
