// SPDX-License-Identifier: Apache-2.0
// A pool of completions for messages that are under way. Threads: one at a time.
#pragma once

#include <vector>

#include "murmur/comm/host/ring.h"
#include "murmur/comm/host/shared_heap.h"

namespace murmur::comm {

class CompletionPool {
 public:
  struct Slot {
    Completion* completion = nullptr;
    SharedAddress memory;
    std::uint64_t offset = 0;
  };

  explicit CompletionPool(SharedHeap* heap) : heap_(heap) {}

  // A completion in its initial state. kIo: the system has no more memory to share.
  Result<Slot> take();
  void release(const Slot& slot) { free_.push_back(slot); }

 private:
  SharedHeap* heap_;
  std::vector<Slot> free_;
};

}  // namespace murmur::comm
