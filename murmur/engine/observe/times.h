// SPDX-License-Identifier: Apache-2.0
// How long an engine has computed and waited.
#pragma once

#include "murmur/core/layout.h"

namespace murmur::engine {

// Cumulative wall time, seconds; gradient and algorithm are summed over threads and divided by
// their number.
struct Times {
  double gradient_s = 0;
  double algorithm_s = 0;
  double wait_s = 0;
};

// Seconds of one thread, padded so that threads do not share a line.
struct ThreadTimes {
  alignas(kAlignment) double gradient_s = 0;
  double algorithm_s = 0;
};

}  // namespace murmur::engine
