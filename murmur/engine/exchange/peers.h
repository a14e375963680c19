// SPDX-License-Identifier: Apache-2.0
// What an engine needs to reach other processes: ownership of workers, transport, buckets.
#pragma once

#include <vector>

#include "murmur/comm/ownership.h"
#include "murmur/comm/transport.h"
#include "murmur/engine/exchange/buckets.h"
#include "murmur/engine/exchange/tags.h"

namespace murmur::engine {

// A message that was sent to a process, or is to come from it.
struct Awaited {
  comm::Ticket ticket;
  int process = 0;
};

struct Peers {
  const comm::Ownership* ownership = nullptr;
  comm::Transport* transport = nullptr;  // null: a world of one process
  const Buckets* buckets = nullptr;
  Tags tags = {};

  int process() const { return transport == nullptr ? 0 : transport->process(); }
  // Whether that process and this one read each other's rows where they lie.
  bool shares_memory(int other) const {
    return transport != nullptr && transport->shared_views() != nullptr &&
           transport->shared_views()->reaches(other);
  }
  // kPeer, with the workers of the process that was waited for.
  Status wait_for(const Awaited& message) const {
    const Status come = transport->wait(message.ticket);
    return come ? come
                : come.failure().in("waiting for " + words_of(ownership->of(message.process)));
  }
  Status wait_for(const std::vector<Awaited>& messages) const {
    for (const Awaited& each : messages) {
      if (Status come = wait_for(each); !come) {
        return come;
      }
    }
    return Ok{};
  }
};

}  // namespace murmur::engine
