// SPDX-License-Identifier: Apache-2.0
// What a transport can do between processes of one host: messages are read where they lie, instead
// of being copied.
#pragma once

#include <cstddef>
#include <span>

#include "murmur/comm/ticket.h"
#include "murmur/core/error.h"

namespace murmur::comm {

// Threads: every member may be called from any thread.
class SharedViews {
 public:
  SharedViews() = default;
  SharedViews(const SharedViews&) = delete;
  SharedViews& operator=(const SharedViews&) = delete;
  virtual ~SharedViews() = default;

  // Whether that process and this one lend to each other.
  virtual bool reaches(int process) const = 0;

  // Memory to lend from, on a 64-byte boundary; kIo: there is none. What it holds is anything.
  virtual Result<std::span<std::byte>> take(std::size_t bytes) = 0;
  // REQUIRES: taken, and nothing of it is lent any more.
  virtual void release(std::span<std::byte> memory) = 0;

  // A send that waits until its receiver has given the bytes back. REQUIRES: reaches(to); `bytes`
  // lies in memory taken here, and stays unchanged until the ticket is waited for.
  virtual Ticket publish(int to, Tag tag, std::span<const std::byte> bytes) = 0;
  // A receive without a place: what was lent, or sent, with that tag. REQUIRES: reaches(from).
  virtual Ticket acquire(int from, Tag tag) = 0;
  // The bytes. REQUIRES: the ticket was waited for, and not given back.
  virtual std::span<const std::byte> view(Ticket ticket) = 0;
  virtual void release(Ticket ticket) = 0;
};

}  // namespace murmur::comm
