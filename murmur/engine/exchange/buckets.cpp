// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/buckets.h"

namespace murmur::engine {

Buckets::Buckets(const Layout& layout, std::size_t scalar_bytes, const Sizes& sizes) {
  const std::size_t smallest = sizes.smallest / scalar_bytes;
  const std::size_t largest = sizes.largest / scalar_bytes;
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

std::size_t Buckets::first_below(std::size_t coordinate) const {
  const auto found =
      std::partition_point(ranges_.begin(), ranges_.end(), [&](const CoordinateRange& range) {
        return range.begin >= coordinate;
      });
  return static_cast<std::size_t>(found - ranges_.begin());
}

BucketCount::BucketCount(const Buckets& buckets) : buckets_(&buckets) {
  for (const CoordinateRange& range : buckets.ranges()) {
    left_.push_back(range.size());
  }
}

}  // namespace murmur::engine
