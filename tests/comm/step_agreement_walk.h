// SPDX-License-Identifier: Apache-2.0
// Processes that walk from step to step, each at its own speed, and perform the requests that are
// made on the way.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "murmur/comm/step_agreement.h"
#include "murmur/comm/transport.h"

namespace murmur::comm {

struct Call {
  int process = 0;
  std::int64_t step = 0;  // of the caller's, at which it calls
  bool aside = false;     // from another thread, at any time from then on
};

struct Plan {
  std::vector<int> pauses;  // per process: how often it lets others go first, in a step
  std::vector<Call> calls;  // the k-th one's purpose is k
  bool in_touch = true;     // in every step a message goes around the ring, as in mixing
};

// A request that a process performed, and before which of its steps.
struct Held {
  std::int64_t step = 0;
  int purpose = 0;
  std::string text;
  bool operator==(const Held&) const = default;
};

// Of all processes, one after the other, those that each held. A walk in touch ends with the last
// request, another one after some hundred steps. A failure is one more, before step -1.
std::vector<std::vector<Held>> walk(const Plan& plan);

std::ostream& operator<<(std::ostream& out, const Held& held);
std::ostream& operator<<(std::ostream& out, const Plan& plan);

}  // namespace murmur::comm
