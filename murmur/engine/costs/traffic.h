// SPDX-License-Identifier: Apache-2.0
// What stages send, in one place for the engine that performs them and for talks.h, which does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "murmur/core/program.h"
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

// On a ring: each worker passes on what it leaves, the last one to the first for the next time.
inline Traffic sequential_traffic(int workers, std::int64_t message) {
  const std::int64_t messages = workers > 1 ? workers : 0;
  return {messages * message, messages};
}

// The fields kept once that a stage writes: what goes from worker to worker in a turn of all.
template <class S>
std::vector<std::size_t> carried_fields(const Program<S>& program, const Stage<S>& stage) {
  std::vector<std::size_t> carried;
  for (std::size_t f = 0; f < program.fields.size(); ++f) {
    if (program.fields[f].shared && ((stage.writes >> f) & 1U) != 0) {
      carried.push_back(f);
    }
  }
  return carried;
}

}  // namespace murmur::engine
