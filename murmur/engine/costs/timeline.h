// SPDX-License-Identifier: Apache-2.0
// A program's rounds on a described cluster: when its workers would have performed them.
#pragma once

#include <cstdint>

#include "murmur/core/error.h"
#include "murmur/engine/costs/comm_plan.h"
#include "murmur/timing/virtual_clock.h"

namespace murmur::engine {

class Timeline {
 public:
  Timeline(CommPlan plan, timing::VirtualClock clock)
      : plan_(std::move(plan)), clock_(std::move(clock)) {}

  // One round. Fails (kPeer) where a worker would wait for ever.
  Status step();

  std::int64_t steps() const { return plan_.step(); }  // performed
  // When the last worker is ready for the next round.
  // Of an asynchronous program: when its last event was over, and what the stages behind its events
  // took beside that.
  double virtual_s() const {
    return clock_.now_s() + (plan_.schedule() == nullptr ? 0 : plan_.schedule()->virtual_s());
  }
  const timing::VirtualClock& clock() const { return clock_; }
  const CommPlan& plan() const { return plan_; }

 private:
  Status perform(const CommEvent& event);

  CommPlan plan_;
  timing::VirtualClock clock_;
};

}  // namespace murmur::engine
