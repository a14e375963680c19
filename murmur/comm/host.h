// SPDX-License-Identifier: Apache-2.0
// Adds shared memory between the processes of one host to a transport that reaches all processes.
#pragma once

#include <memory>

#include "murmur/comm/transport.h"
#include "murmur/core/error.h"

namespace murmur::comm {

// Collective. Returns a transport that sends messages between processes of one host through shared
// memory, offers shared views between them, and sends all other messages through `transport`.
// Returns `transport` itself where no other process shares this host or the system refuses the
// shared memory. kPeer: a process is gone.
Result<std::unique_ptr<Transport>> share_host(std::unique_ptr<Transport> transport);

}  // namespace murmur::comm
