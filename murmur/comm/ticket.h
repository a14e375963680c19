// SPDX-License-Identifier: Apache-2.0
// Identifiers of messages: a tag matches a send with its receive, a ticket names a started
// operation to the process that waits for it.
#pragma once

#include <cstdint>

namespace murmur::comm {

using Tag = int;

// A started send or receive.
struct Ticket {
  std::uint64_t id = 0;
};

}  // namespace murmur::comm
