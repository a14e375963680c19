// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/costs/timeline.h"

#include <fmt/format.h>

namespace murmur::engine {

Status Timeline::perform(const CommEvent& event) {
  switch (event.kind) {
    case CommEvent::Kind::kGradient:
      clock_.compute(event.passes, event.early, event.drawn);
      return Ok{};
    case CommEvent::Kind::kExchange:
      return clock_.exchange(*event.edges, event.bytes);
    case CommEvent::Kind::kSend:
      clock_.send(*event.edges, event.bytes, event.slot);
      return Ok{};
    case CommEvent::Kind::kArrive:
      return clock_.arrive(event.slot);
    case CommEvent::Kind::kAverage:
      return event.drawn != nullptr ? clock_.average_of(*event.drawn, event.bytes)
                                    : clock_.average(event.bytes, event.group);
    case CommEvent::Kind::kSequential:
      return clock_.send_sequentially(event.bytes);
    case CommEvent::Kind::kPairs:
      return Ok{};  // the schedule keeps this time itself
  }
  return Ok{};
}

Status Timeline::step() {
  const std::int64_t step = plan_.step();
  const auto plan = plan_.next();
  if (!plan) {
    return plan.failure().in(fmt::format("[cluster]: step {} never ends", step));
  }
  for (const CommEvent& event : *plan.value()) {
    if (const Status done = perform(event); !done) {
      return done.failure().in(fmt::format("[cluster]: step {} never ends", step));
    }
  }
  return Ok{};
}

}  // namespace murmur::engine
