// SPDX-License-Identifier: Apache-2.0
// A program's rounds on a described cluster: when its workers would have performed them.
#pragma once

#include <cstdint>

#include "murmur/core/error.h"
#include "murmur/engine/costs/comm_plan.h"
#include "murmur/timing/clock.h"

namespace murmur::engine {

class Timeline {
 public:
  Timeline(Talks talks, timing::Clock clock) : talks_(std::move(talks)), clock_(std::move(clock)) {}

  // One round. Fails (kPeer) where a worker would wait for ever.
  Status step();

  std::int64_t steps() const { return talks_.step(); }  // performed
  // When the last worker is ready for the next round.
  // Of an asynchronous program: when its last event was over, and what the stages behind its turns
  // took beside that.
  double virtual_s() const {
    return clock_.now_s() + (talks_.turns() == nullptr ? 0 : talks_.turns()->virtual_s());
  }
  const timing::Clock& clock() const { return clock_; }
  const Talks& talks() const { return talks_; }

 private:
  Status perform(const Talk& talk);

  Talks talks_;
  timing::Clock clock_;
};

}  // namespace murmur::engine
