// SPDX-License-Identifier: Apache-2.0
// Processes that a launcher without MPI started (torchrun), which find each other over TCP.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "murmur/comm/launch/launch.h"
#include "murmur/comm/tcp.h"
#include "murmur/comm/transport.h"
#include "murmur/core/error.h"

namespace murmur::comm {

// Whether the launch has several processes that no MPI connects.
inline bool is_over_tcp(const Launch& launch) {
  return launch.library == MpiLibrary::kNone && launch.processes > 1;
}

// Whether this is the only process.
inline bool is_alone(const Launch& launch) {
  return launch.library == MpiLibrary::kNone && launch.processes == 1;
}

// Where they meet: at MASTER_ADDR, one port above MASTER_PORT, which is that of torch's own store,
// or at MURMUR_PORT. Nothing: torchrun started none or one. kMismatch: a variable is missing, or is
// no port; the message names it.
Result<std::optional<TcpPlace>> tcp_place(const Environment& environment);

// Collective: the processes of this launch, which is_over_tcp().
Result<std::unique_ptr<Transport>> open_tcp_as_launched();

// "Open MPI", or "TCP at 127.0.0.1:29501".
std::string connection_of(const Launch& launch, const Environment& environment);

}  // namespace murmur::comm
