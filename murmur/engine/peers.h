// SPDX-License-Identifier: Apache-2.0
// What an engine talks to others with: who owns which workers, how bytes get there, in which parts.
#pragma once

#include "murmur/comm/ownership.h"
#include "murmur/comm/transport.h"
#include "murmur/engine/buckets.h"

namespace murmur::engine {

struct Peers {
  const comm::Ownership* ownership = nullptr;
  comm::Transport* transport = nullptr;  // null: a world of one process
  const Buckets* buckets = nullptr;

  int process() const { return transport == nullptr ? 0 : transport->process(); }
  // Whether that process and this one read each other's rows where they lie.
  bool shares_memory(int other) const {
    return transport != nullptr && transport->lending() != nullptr &&
           transport->lending()->reaches(other);
  }
};

}  // namespace murmur::engine
