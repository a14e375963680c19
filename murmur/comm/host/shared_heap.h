// SPDX-License-Identifier: Apache-2.0
// Memory for messages to processes of this host, in blocks of powers of two. What is given back is
// used again; the system gets it back at the end, since others may have mapped it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "murmur/comm/shared_memory.h"

namespace murmur::comm {

class SharedHeap {
 public:
  // Where others find a block.
  struct Block {
    std::span<std::byte> bytes;  // at least as many as were asked for
    SharedAddress memory;
    std::uint64_t offset = 0;  // in it
  };

  // Of `bytes` or more, on a 64-byte boundary. kIo: the system has no more.
  Result<Block> take(std::size_t bytes);
  void release(const Block& block);

 private:
  Result<Block> make(std::size_t bytes);

  std::deque<SharedMemory> memories_;
  std::size_t used_ = 0;                            // of the last small one
  const SharedMemory* small_ = nullptr;             // from which small blocks are cut
  std::map<std::size_t, std::vector<Block>> free_;  // by size
};

}  // namespace murmur::comm
