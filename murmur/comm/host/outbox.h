// SPDX-License-Identifier: Apache-2.0
// Messages to one process of this host. While the ring to it is full, messages are queued here.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "murmur/comm/host/completions.h"
#include "murmur/comm/host/ring.h"
#include "murmur/comm/host/shared_heap.h"

namespace murmur::comm {

class Outbox {
 public:
  struct Message {
    Tag tag = 0;
    SharedAddress memory;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::uint64_t written = 0;  // bytes that are already in place
    // Either the ticket of a published view, or a block that is released once it has been read.
    std::uint64_t ticket = 0;
    std::optional<SharedHeap::Block> copy = std::nullopt;
  };

  Outbox(Ring* ring, SharedHeap* heap, CompletionPool* completions)
      : ring_(ring), heap_(heap), completions_(completions) {}

  // The caller records in the completion what it writes later. kIo: the system has no more memory
  // to share.
  Result<Completion*> post(const Message& message);
  // Releases the copies that have been read, and posts queued messages while the ring has room.
  void flush();
  bool is_full() const { return !queued_.empty(); }
  // Whether the receiver has released a published view. REQUIRES: it was posted, and no earlier
  // call returned true.
  bool forget_if_read(std::uint64_t ticket);
  // Whether the receiver has taken all descriptors.
  bool all_taken() const;
  EventCount& completed() { return ring_->completed; }
  EventCount& posted() { return ring_->posted; }

 private:
  struct Copy {
    CompletionPool::Slot slot;
    SharedHeap::Block block;
  };
  struct Queued {
    Message message;
    CompletionPool::Slot slot;
  };

  // False: the ring is full.
  bool write(const Queued& queued);

  Ring* ring_;
  SharedHeap* heap_;
  CompletionPool* completions_;
  std::size_t next_ = 0;  // index of the next descriptor to write
  std::unordered_map<std::uint64_t, CompletionPool::Slot> published_;  // by ticket
  std::deque<Copy> copies_;                                            // in posting order
  std::deque<Queued> queued_;
};

}  // namespace murmur::comm
