// SPDX-License-Identifier: Apache-2.0
// TCP between processes that a launcher without MPI started (torchrun): each is told its number,
// how many there are, and where the first one listens. Nothing is encrypted, and any program that
// has the address may join: the first process listens at the address that it was given, all others
// at the one by which they reached it.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "murmur/comm/transport.h"
#include "murmur/core/error.h"

namespace murmur::comm {

// Where the processes of a world meet.
struct TcpPlace {
  int process = 0;
  int processes = 1;
  std::string address = "127.0.0.1";  // of process 0: a name or a number
  int port = 0;
  std::string run = {};  // a word that all processes of the world share
};

// "127.0.0.1:29501".
std::string name_of(const TcpPlace& place);

// Collective. Joins the others within the time limit. A world may be opened again at the same place
// once it was left. kPeer: a process did not come, another world meets there, or the port belongs
// to another program; the message names it.
Result<std::unique_ptr<Transport>> open_tcp(
    const TcpPlace& place, std::chrono::milliseconds limit = std::chrono::minutes(2));

}  // namespace murmur::comm
