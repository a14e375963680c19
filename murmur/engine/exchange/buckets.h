// SPDX-License-Identifier: Apache-2.0
// The coordinates of a row in the order in which backward finishes them, last layer first, cut into
// buckets: what travels as one message, is sent as soon as its gradient is there, and is mixed as
// soon as the neighbors' have come.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "murmur/core/layout.h"

namespace murmur::engine {

class Buckets {
 public:
  struct Sizes {                                   // bytes
    std::size_t smallest = std::size_t{1} << 17U;  // a message should be worth its way
    std::size_t largest = std::size_t{1} << 20U;   // and should not hold up the next
  };

  // Small tensors share a bucket, large ones are cut; bounds lie on 64-byte lines.
  Buckets(const Layout& layout, std::size_t scalar_bytes, const Sizes& sizes);
  Buckets(const Layout& layout, std::size_t scalar_bytes)
      : Buckets(layout, scalar_bytes, Sizes{}) {}

  std::size_t count() const { return ranges_.size(); }
  std::size_t row_size() const { return ranges_.empty() ? 0 : ranges_.front().end; }
  // Bucket 0 is the end of the row.
  CoordinateRange range(std::size_t bucket) const { return ranges_[bucket]; }
  const std::vector<CoordinateRange>& ranges() const { return ranges_; }
  // The first bucket with a coordinate below that one; count(): none.
  std::size_t first_below(std::size_t coordinate) const;

 private:
  std::vector<CoordinateRange> ranges_;
};

// Which buckets of one row are complete, as ranges of it are announced.
class BucketCount {
 public:
  explicit BucketCount(const Buckets& buckets);

  // Calls complete(bucket) for those that this range completes.
  template <class Complete>
  void add(CoordinateRange range, const Complete& complete) {
    for (std::size_t b = buckets_->first_below(range.end);
         b < left_.size() && buckets_->range(b).end > range.begin;
         ++b) {
      const CoordinateRange bucket = buckets_->range(b);
      const std::size_t begin = std::max(range.begin, bucket.begin);
      const std::size_t end = std::min(range.end, bucket.end);
      left_[b] -= end - begin;
      if (begin < end && left_[b] == 0) {
        complete(b);
      }
    }
  }
  // And for all that are not complete by then.
  template <class Complete>
  void finish(const Complete& complete) {
    for (std::size_t b = 0; b < left_.size(); ++b) {
      if (left_[b] != 0) {
        complete(b);
      }
    }
  }

 private:
  const Buckets* buckets_;
  std::vector<std::size_t> left_;  // coordinates, per bucket
};

}  // namespace murmur::engine
