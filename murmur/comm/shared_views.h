// SPDX-License-Identifier: Apache-2.0
// Zero-copy messages between processes of one host: the receiver reads a message in the sender's
// memory.
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

  // Whether that process and this one can read each other's memory.
  virtual bool reaches(int process) const = 0;

  // Allocates memory from which messages can be published, aligned to 64 bytes, with unspecified
  // contents. kIo: the system has no more memory to share.
  virtual Result<std::span<std::byte>> take(std::size_t bytes) = 0;
  // REQUIRES: `memory` was returned by take(), and every publish() from it has been waited for.
  virtual void release(std::span<std::byte> memory) = 0;

  // A send whose wait ends when the receiver has released the bytes. REQUIRES: reaches(to); `bytes`
  // lies in memory returned by take(), and stays unchanged until the ticket is waited for.
  virtual Ticket publish(int to, Tag tag, std::span<const std::byte> bytes) = 0;
  // A receive without a destination: the next message that was published, or sent, with that tag.
  // REQUIRES: reaches(from).
  virtual Ticket acquire(int from, Tag tag) = 0;
  // The bytes of the message. REQUIRES: the ticket is of acquire(), was waited for, and was not
  // released.
  virtual std::span<const std::byte> view(Ticket ticket) = 0;
  // Ends the access to the bytes of an acquired message, and with it the sender's wait.
  virtual void release(Ticket ticket) = 0;
};

}  // namespace murmur::comm
