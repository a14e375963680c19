// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/host/completions.h"

#include <new>

namespace murmur::comm {
namespace {

constexpr std::size_t kAtATime = 256;

}  // namespace

Result<CompletionPool::Place> CompletionPool::take() {
  if (free_.empty()) {
    const auto block = heap_->take(kAtATime * sizeof(Completion));
    if (!block) {
      return block.failure();
    }
    for (std::size_t k = kAtATime; k-- > 0;) {
      const std::size_t at = k * sizeof(Completion);
      free_.push_back({new (block.value().bytes.data() + at) Completion,
                       block.value().memory,
                       block.value().offset + at});
    }
  }
  const Place place = free_.back();
  free_.pop_back();
  place.slip->has_read.store(false, std::memory_order_relaxed);  // published with its letter
  return place;
}

}  // namespace murmur::comm
