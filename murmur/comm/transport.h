// SPDX-License-Identifier: Apache-2.0
// How bytes travel between the processes of a run. Messages between two processes with one tag
// arrive in the order they were sent. Nothing blocks but wait(), and wait() has a limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "murmur/core/error.h"

namespace murmur::comm {

using Tag = int;

// A started send or receive.
struct Ticket {
  std::uint64_t id = 0;
};

class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  virtual int process() const = 0;
  virtual int processes() const = 0;

  // REQUIRES: to != process(); `bytes` stays unchanged until the ticket is waited for.
  virtual Ticket send(int to, Tag tag, std::span<const std::byte> bytes) = 0;
  // REQUIRES: from != process(); `bytes` is as long as what was sent, and is ours alone until then.
  virtual Ticket receive(int from, Tag tag, std::span<std::byte> bytes) = 0;
  // Returns when the ticket's message has left or arrived; kPeer: nothing came in time, and from
  // whom. REQUIRES: the ticket was not waited for before.
  virtual Status wait(Ticket ticket) = 0;
};

}  // namespace murmur::comm
