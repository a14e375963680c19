// SPDX-License-Identifier: Apache-2.0
// Seconds of every gradient before faults: a pure function of (seed, worker, k).
#pragma once

#include <cstdint>
#include <utility>

#include "murmur/timing/cluster.h"

namespace murmur::timing {

class StepTimes {
 public:
  StepTimes(StepTime step, std::uint64_t seed) : step_(std::move(step)), seed_(seed) {}

  // Of the worker's k-th gradient, k from 0. Where a normal distribution would give a negative
  // time it is 0.
  double of(int worker, std::int64_t k) const;

 private:
  double draw(int worker, std::int64_t k) const;

  StepTime step_;
  std::uint64_t seed_;
};

}  // namespace murmur::timing
