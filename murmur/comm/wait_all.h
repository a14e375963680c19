// SPDX-License-Identifier: Apache-2.0
// Waits for several messages.
#pragma once

#include <vector>

#include "murmur/comm/transport.h"

namespace murmur::comm {

// Waits until all messages have been sent or have arrived. Returns the first failure, without
// waiting for the tickets after it.
inline Status wait_all(Transport& transport, const std::vector<Ticket>& tickets) {
  for (const Ticket ticket : tickets) {
    if (Status status = transport.wait(ticket); !status) {
      return status;
    }
  }
  return Ok{};
}

}  // namespace murmur::comm
