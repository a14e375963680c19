// SPDX-License-Identifier: Apache-2.0
// The examples of a batch as a model gets them: named columns of numbers in the precision of the
// problem, or of integers (labels, tokens). Buffers are kept from batch to batch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/arena.h"
#include "murmur/core/check.h"

namespace murmur::data {

// Numbers on a 64-byte boundary.
template <class S>
class Buffer {
 public:
  // The numbers are unspecified afterwards.
  std::span<S> resize(std::size_t size) {
    constexpr std::size_t kLine = kAlignment / sizeof(S);
    if (size > room_) {
      room_ = (size + kLine - 1) / kLine * kLine;
      arena_ = Arena<S>({1}, room_);
    }
    size_ = size;
    return {size == 0 ? nullptr : arena_.row(0, 0), size};
  }
  std::span<const S> values() const { return {size_ == 0 ? nullptr : arena_.row(0, 0), size_}; }

 private:
  Arena<S> arena_;
  std::size_t room_ = 0;
  std::size_t size_ = 0;
};

template <class S>
struct BatchColumn {
  std::string name;
  std::vector<std::int64_t> shape;  // of one example; empty: a single number
  // One of the two holds the rows of the examples, the other is empty.
  Buffer<S> numbers;
  std::vector<std::int32_t> integers;
  // Of a ragged column, whose `shape` is the length of the longest row in the batch: the length of
  // each row, which is followed by zeros.
  std::vector<std::int32_t> lengths;
};

template <class S>
struct Batch {
  std::int64_t count = 0;  // examples
  std::vector<BatchColumn<S>> columns;

  // REQUIRES: there is a column of that name.
  const BatchColumn<S>& column(std::string_view name) const {
    const auto found = std::find_if(
        columns.begin(), columns.end(), [&](const auto& column) { return column.name == name; });
    MURMUR_CHECK(found != columns.end(), "no column '{}'", name);
    return *found;
  }
};

}  // namespace murmur::data
