// SPDX-License-Identifier: Apache-2.0
// CompletionPool for messages that are out. One thread at a time.
#pragma once

#include <vector>

#include "murmur/comm/host/ring.h"
#include "murmur/comm/host/shared_heap.h"

namespace murmur::comm {

class CompletionPool {
 public:
  struct Place {
    Completion* slip = nullptr;
    SharedAddress memory;
    std::uint64_t offset = 0;
  };

  explicit CompletionPool(SharedHeap* heap) : heap_(heap) {}

  // One on which nothing is noted. kIo: the system has no more memory to share.
  Result<Place> take();
  void release(const Place& place) { free_.push_back(place); }

 private:
  SharedHeap* heap_;
  std::vector<Place> free_;
};

}  // namespace murmur::comm
