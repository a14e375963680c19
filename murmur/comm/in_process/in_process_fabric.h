// SPDX-License-Identifier: Apache-2.0
// A world of several processes within one: each "process" is a thread or more of this program, and
// messages go through mailboxes in memory. The same promises as between machines, and the same
// failures: a silent peer ends a wait in time, one that left ends it at once.
#pragma once

#include <chrono>
#include <memory>

#include "murmur/comm/transport.h"

namespace murmur::comm {

class InProcessFabric {
 public:
  // `wait_limit`: the longest a wait() lasts.
  explicit InProcessFabric(int processes,
                           std::chrono::milliseconds wait_limit = std::chrono::minutes(1));
  InProcessFabric(const InProcessFabric&) = delete;
  InProcessFabric& operator=(const InProcessFabric&) = delete;
  ~InProcessFabric();

  // The transport of one process; it may outlive the hub. Destroying it is leaving: what the
  // process sent before can still be received, other waits for it fail at once with kPeer.
  // REQUIRES: not asked for that process before.
  std::unique_ptr<Transport> transport(int process);

  // Makes a process leave, as if it had died; its own waits fail too.
  void close(int process);

 private:
  class World;
  class Endpoint;
  std::shared_ptr<World> world_;
};

}  // namespace murmur::comm
