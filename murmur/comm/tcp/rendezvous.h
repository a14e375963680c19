// SPDX-License-Identifier: Apache-2.0
// How the processes of a world find each other: all connect to the first one, which listens at a
// known place, and tell where they listen themselves. It answers each with the addresses of all,
// and then every process connects to those between the first one and itself.
//
//   to the first one   murmur-tcp 1 PROCESS PROCESSES RUN PORT
//   its answer         ok ADDRESS PORT ADDRESS PORT ...   of process 1, 2, ...; or: no REASON
//   to any other one   murmur-tcp 1 PROCESS PROCESSES RUN 0
#pragma once

#include <vector>

#include "murmur/comm/tcp.h"
#include "murmur/comm/tcp/socket.h"

namespace murmur::comm {

// A connection to each process, in their order; the own one is closed.
Result<std::vector<Socket>> meet_over_tcp(const TcpPlace& place, Deadline deadline);

}  // namespace murmur::comm
