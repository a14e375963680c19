// SPDX-License-Identifier: Apache-2.0
// Small clusters in round numbers: a byte takes a second at 8e-9 Gbit/s.
#pragma once

#include <vector>

#include "murmur/timing/virtual_clock.h"

namespace murmur::timing {

inline constexpr double kByteASecond = 8e-9;

// Gradients that take these seconds, one byte per second, no latency.
inline Cluster cluster_of(const std::vector<double>& seconds) {
  return {.step = {.seconds = seconds}, .bandwidth_gbit = {kByteASecond}};
}

inline Edges complete(int workers) {
  std::vector<Edge> edges;
  for (int i = 0; i < workers; ++i) {
    for (int j = 0; j < workers; ++j) {
      if (i != j) {
        edges.push_back({i, j});
      }
    }
  }
  return {workers, edges};
}

// Both directions between neighbors of a ring. REQUIRES: workers > 2.
inline Edges ring(int workers) {
  std::vector<Edge> edges;
  for (int i = 0; i < workers; ++i) {
    const int next = (i + 1) % workers;
    edges.push_back({i, next});
    edges.push_back({next, i});
  }
  return {workers, edges};
}

// Worker i sends to i + 1.
inline Edges circle(int workers) {
  std::vector<Edge> edges;
  for (int i = 0; i < workers; ++i) {
    edges.push_back({i, (i + 1) % workers});
  }
  return {workers, edges};
}

inline std::vector<double> ready_of(const VirtualClock& clock) {
  std::vector<double> ready;
  for (int i = 0; i < clock.workers(); ++i) {
    ready.push_back(clock.ready_s(i));
  }
  return ready;
}

}  // namespace murmur::timing
