// SPDX-License-Identifier: Apache-2.0
// Durations of gradients before faults: a pure function of (seed, worker, k).
#pragma once

#include <cstdint>
#include <utility>

#include "murmur/timing/cluster.h"

namespace murmur::timing {

class StepTimes {
 public:
  StepTimes(StepTime step, std::uint64_t seed) : step_(std::move(step)), seed_(seed) {}

  // Seconds of the worker's k-th gradient, k from 0. Negative samples of a normal distribution are
  // replaced by 0.
  double of(int worker, std::int64_t k) const;

 private:
  double draw(int worker, std::int64_t k) const;

  StepTime step_;
  std::uint64_t seed_;
};

}  // namespace murmur::timing
