// SPDX-License-Identifier: Apache-2.0
// Memory shared between processes of one host, over a transport that reaches all.
#pragma once

#include <memory>

#include "murmur/comm/transport.h"
#include "murmur/core/error.h"

namespace murmur::comm {

// Collective. The same transport with messages between processes of one host going through memory
// that they share, where they may also be lent; the others' go as before. `transport` itself where
// no two processes share a host, or the system does not let them. kPeer: somebody is gone.
Result<std::unique_ptr<Transport>> share_host(std::unique_ptr<Transport> transport);

}  // namespace murmur::comm
