// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/ways/costs.h"

#include "murmur/engine/exchange/group_average.h"

namespace murmur::engine {
namespace {

// Over a server: each worker that takes part sends its row and receives the result.
Traffic server_traffic(std::size_t drawn, std::int64_t message) {
  const auto messages = 2 * static_cast<std::int64_t>(drawn);
  return {messages * message, messages};
}

}  // namespace

Traffic ring_traffic(int workers, int group, std::int64_t message) {
  Traffic traffic;
  for (const comm::WorkerRange& members : groups_of(workers, group == 0 ? workers : group)) {
    const std::int64_t others = members.size() - 1;
    traffic.bytes += 2 * others * message;
    traffic.messages += 2 * others * members.size();
  }
  return traffic;
}

Traffic average_traffic(const StepCosts& step, int group, std::int64_t message) {
  return step.drawn != nullptr ? server_traffic(step.drawn->size(), message)
                               : ring_traffic(step.workers, group, message);
}

}  // namespace murmur::engine
