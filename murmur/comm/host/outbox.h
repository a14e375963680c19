// SPDX-License-Identifier: Apache-2.0
// What goes to one process of this host. Where the other one has not taken the letters so far,
// messages wait here. One thread at a time.
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
    std::uint64_t written = 0;  // by now
    // Either the ticket that waits for it, or a block that is given back when it has been read.
    std::uint64_t publish = 0;
    std::optional<SharedHeap::Block> copy = std::nullopt;
  };

  Outbox(Ring* lane, SharedHeap* heap, CompletionPool* slips)
      : lane_(lane), heap_(heap), slips_(slips) {}

  // On the slip is to be noted what is written later. kIo: there is no more memory to share.
  Result<Completion*> post(const Message& message);
  // Posts what had to wait.
  void flush();
  bool is_full() const { return !kept_.empty(); }
  // Whether a lent message is the owner's again. REQUIRES: it was posted; once true, not asked
  // again.
  bool has_returned(std::uint64_t publish);
  bool all_taken() const;
  EventCount& returned() { return lane_->returned; }
  EventCount& posted() { return lane_->posted; }

 private:
  struct Copy {
    CompletionPool::Place slip;
    SharedHeap::Block block;
  };
  struct Kept {
    Message message;
    CompletionPool::Place slip;
  };

  bool put(const Kept& kept);

  Ring* lane_;
  SharedHeap* heap_;
  CompletionPool* slips_;
  std::size_t next_ = 0;                                            // letter to write
  std::unordered_map<std::uint64_t, CompletionPool::Place> lends_;  // by ticket
  std::deque<Copy> copies_;                                         // as they were posted
  std::deque<Kept> kept_;
};

}  // namespace murmur::comm
