// SPDX-License-Identifier: Apache-2.0
// What a message is known by: its tag on the way, its ticket to those who wait for it.
#pragma once

#include <cstdint>

namespace murmur::comm {

using Tag = int;

// A started send or receive.
struct Ticket {
  std::uint64_t id = 0;
};

}  // namespace murmur::comm
