// SPDX-License-Identifier: Apache-2.0
// What stages send, in one place for the engine that performs them and for comm_plan.h, which does
// not.
#pragma once

#include <cstdint>

#include "murmur/engine/exchange/group_average.h"

namespace murmur::engine {

struct Traffic {
  std::int64_t bytes = 0;
  std::int64_t messages = 0;
};

// As ring all-reduces, one per group: every worker sends 2 (m - 1) parts of 1/m of the message.
inline Traffic average_traffic(int workers, int group, std::int64_t message) {
  Traffic traffic;
  for (const comm::WorkerRange& members : groups_of(workers, group == 0 ? workers : group)) {
    const std::int64_t others = members.size() - 1;
    traffic.bytes += 2 * others * message;
    traffic.messages += 2 * others * members.size();
  }
  return traffic;
}

// On a ring: each worker sends the result to the next, the last one to the first for the next time.
inline Traffic sequential_traffic(int workers, std::int64_t message) {
  const std::int64_t messages = workers > 1 ? workers : 0;
  return {messages * message, messages};
}

}  // namespace murmur::engine
