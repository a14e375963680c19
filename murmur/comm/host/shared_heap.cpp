// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/host/shared_heap.h"

#include <algorithm>
#include <bit>

namespace murmur::comm {
namespace {

constexpr std::size_t kSmallest = 256;
constexpr std::size_t kSmall = std::size_t{1} << 20U;  // a larger block has memory of its own
constexpr std::size_t kSlab = std::size_t{16} << 20U;  // divided into small blocks

}  // namespace

Result<SharedHeap::Block> SharedHeap::take(std::size_t bytes) {
  const std::size_t size = std::bit_ceil(std::max(bytes, kSmallest));
  std::vector<Block>& free = free_[size];
  if (free.empty()) {
    return make(size);
  }
  const Block block = free.back();
  free.pop_back();
  return block;
}

Result<SharedHeap::Block> SharedHeap::make(std::size_t bytes) {
  const bool is_small = bytes <= kSmall;
  if (!is_small || small_ == nullptr || used_ + bytes > kSlab) {
    auto made = SharedMemory::make(is_small ? kSlab : bytes);
    if (!made) {
      return made.failure();
    }
    memories_.push_back(std::move(made).value());
    if (is_small) {
      small_ = &memories_.back();
      used_ = 0;
    }
  }
  const SharedMemory& memory = is_small ? *small_ : memories_.back();
  const std::size_t offset = is_small ? used_ : 0;
  used_ += is_small ? bytes : 0;
  return Block{memory.bytes().subspan(offset, bytes), memory.address(), offset};
}

void SharedHeap::release(const Block& block) {
  free_[block.bytes.size()].push_back(block);
}

}  // namespace murmur::comm
