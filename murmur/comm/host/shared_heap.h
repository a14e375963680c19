// SPDX-License-Identifier: Apache-2.0
// Memory for messages to processes of this host, in blocks whose sizes are powers of two. Released
// blocks are reused; memory returns to the system only at the end, since other processes may have
// mapped it.
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
  // A block and the address by which other processes find it.
  struct Block {
    std::span<std::byte> bytes;  // at least as many as requested
    SharedAddress memory;
    std::uint64_t offset = 0;  // of the block in `memory`
  };

  // A block of at least `bytes`, aligned to 64 bytes. kIo: the system has no more memory to share.
  Result<Block> take(std::size_t bytes);
  void release(const Block& block);

 private:
  Result<Block> make(std::size_t bytes);

  std::deque<SharedMemory> memories_;
  std::size_t used_ = 0;                            // bytes of *small_ that are allocated
  const SharedMemory* small_ = nullptr;             // the memory that is divided into small blocks
  std::map<std::size_t, std::vector<Block>> free_;  // by size
};

}  // namespace murmur::comm
