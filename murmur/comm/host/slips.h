// SPDX-License-Identifier: Apache-2.0
// Slips for messages that are out. One thread at a time.
#pragma once

#include <vector>

#include "murmur/comm/host/lane.h"
#include "murmur/comm/host/shared_heap.h"

namespace murmur::comm {

class Slips {
 public:
  struct Place {
    Slip* slip = nullptr;
    SharedAddress memory;
    std::uint64_t offset = 0;
  };

  explicit Slips(SharedHeap* heap) : heap_(heap) {}

  // One on which nothing is noted. kIo: the system has no more memory to share.
  Result<Place> take();
  void give_back(const Place& place) { free_.push_back(place); }

 private:
  SharedHeap* heap_;
  std::vector<Place> free_;
};

}  // namespace murmur::comm
