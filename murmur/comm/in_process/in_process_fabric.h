// SPDX-License-Identifier: Apache-2.0
// Several processes simulated in one: each "process" is one or more threads of this program, and
// messages go through mailboxes in memory. Guarantees and failures are those of any transport: a
// wait for a silent peer ends at its time limit, a wait for a peer that has left ends at once.
#pragma once

#include <chrono>
#include <memory>

#include "murmur/comm/transport.h"

namespace murmur::comm {

class InProcessFabric {
 public:
  // `wait_limit`: the time limit of a wait().
  explicit InProcessFabric(int processes,
                           std::chrono::milliseconds wait_limit = std::chrono::minutes(1));
  InProcessFabric(const InProcessFabric&) = delete;
  InProcessFabric& operator=(const InProcessFabric&) = delete;
  ~InProcessFabric();

  // The transport of one process; it may outlive the fabric. When it is destroyed the process
  // leaves: what it sent before can still be received, other waits for it fail at once with kPeer.
  // REQUIRES: no earlier call for that process.
  std::unique_ptr<Transport> transport(int process);

  // Makes a process leave as if it had crashed; its own waits fail too.
  void close(int process);

 private:
  class World;
  class Endpoint;
  std::shared_ptr<World> world_;
};

}  // namespace murmur::comm
