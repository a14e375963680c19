// SPDX-License-Identifier: Apache-2.0
// Wall time for the counters in Times. No result depends on it.
#pragma once

#include <chrono>

namespace murmur::engine {

using SteadyClock = std::chrono::steady_clock;

inline double seconds(SteadyClock::duration d) {
  return std::chrono::duration<double>(d).count();
}

inline double seconds_since(SteadyClock::time_point start) {
  return seconds(SteadyClock::now() - start);
}

}  // namespace murmur::engine
