// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/buckets.h"

#include <algorithm>

namespace murmur::engine {
namespace {

constexpr std::size_t kSmallest = std::size_t{1}
                                  << 17U;                // bytes: a message should be worth its way
constexpr std::size_t kLargest = std::size_t{1} << 20U;  // bytes: and should not hold up the next

}  // namespace

Buckets::Buckets(const Layout& layout, std::size_t scalar_bytes) {
  const std::size_t smallest = kSmallest / scalar_bytes;
  const std::size_t largest = kLargest / scalar_bytes;
  std::size_t end = layout.row_size();
  const auto cut = [&](std::size_t begin) {
    while (end - begin > largest) {
      ranges_.push_back({end - largest, end});
      end -= largest;
    }
    ranges_.push_back({begin, end});
    end = begin;
  };
  const auto tensors = layout.tensors();
  for (std::size_t t = tensors.size(); t-- > 1;) {
    if (end - tensors[t].offset >= smallest && tensors[t].offset >= smallest) {
      cut(tensors[t].offset);
    }
  }
  if (end > 0) {
    cut(0);
  }
}

BucketCount::BucketCount(const Buckets& buckets) : buckets_(&buckets) {
  for (const CoordinateRange& range : buckets.ranges()) {
    left_.push_back(range.size());
  }
}

}  // namespace murmur::engine
