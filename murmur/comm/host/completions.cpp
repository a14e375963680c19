// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/host/completions.h"

#include <new>

namespace murmur::comm {
namespace {

constexpr std::size_t kBatch = 256;

}  // namespace

Result<CompletionPool::Slot> CompletionPool::take() {
  if (free_.empty()) {
    const auto block = heap_->take(kBatch * sizeof(Completion));
    if (!block) {
      return block.failure();
    }
    for (std::size_t k = kBatch; k-- > 0;) {
      const std::size_t at = k * sizeof(Completion);
      free_.push_back({new (block.value().bytes.data() + at) Completion,
                       block.value().memory,
                       block.value().offset + at});
    }
  }
  const Slot slot = free_.back();
  free_.pop_back();
  slot.completion->has_read.store(
      false, std::memory_order_relaxed);  // made visible by posting its descriptor
  return slot;
}

}  // namespace murmur::comm
