// SPDX-License-Identifier: Apache-2.0
// The rows of this process's workers, field by field, in one allocation: initially zero, each row
// on a 64-byte boundary. A field that is equal on all workers by construction has a single row. All
// rows of a field have the same length.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/core/huge_pages.h"
#include "murmur/core/layout.h"

namespace murmur {

template <class S>
class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&&) noexcept = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() = default;

  // rows[f]: how many rows field f has; row_size: coordinates, a multiple of 64 bytes.
  Arena(const std::vector<std::size_t>& rows, std::size_t row_size)
      : Arena(rows, std::vector<std::size_t>(rows.size(), row_size)) {}
  // With the row size of each field.
  Arena(const std::vector<std::size_t>& rows, const std::vector<std::size_t>& row_sizes)
      : rows_(rows), row_sizes_(row_sizes) {
    MURMUR_CHECK(rows.size() == row_sizes.size(), "{} sizes", row_sizes.size());
    std::size_t total = 0;
    for (std::size_t f = 0; f < rows.size(); ++f) {
      MURMUR_CHECK(row_sizes[f] * sizeof(S) % kAlignment == 0, "row size {}", row_sizes[f]);
      first_.push_back(total);
      total += rows[f] * row_sizes[f];
    }
    bytes_ = total * sizeof(S);
    if (bytes_ > 0) {
      // calloc: the system provides zeroed pages at the first access, so unused rows cost nothing.
      const std::size_t alignment = page_alignment(bytes_, kAlignment);
      void* raw = std::calloc(bytes_ + alignment, 1);
      if (raw == nullptr) {
        throw std::bad_alloc();
      }
      storage_.reset(raw, &std::free);
      void* aligned = raw;
      std::size_t space = bytes_ + alignment;
      data_ = static_cast<S*>(std::align(alignment, bytes_, aligned, space));
      prefer_huge_pages(data_, bytes_);
    }
  }

  // REQUIRES: field and row exist.
  S* row(std::size_t field, std::size_t index) {
    MURMUR_CHECK(field < rows_.size() && index < rows_[field], "field {} row {}", field, index);
    return data_ + first_[field] + index * row_sizes_[field];
  }
  const S* row(std::size_t field, std::size_t index) const {
    return const_cast<Arena*>(this)->row(field, index);
  }

  std::size_t rows(std::size_t field) const { return rows_[field]; }
  std::size_t row_size(std::size_t field = 0) const { return row_sizes_[field]; }
  std::size_t bytes() const { return bytes_; }
  // Shared ownership of the rows, which may outlive the arena.
  std::shared_ptr<const void> memory() const { return storage_; }

 private:
  std::vector<std::size_t> rows_;
  std::vector<std::size_t> first_;
  std::vector<std::size_t> row_sizes_;
  std::size_t bytes_ = 0;
  std::shared_ptr<void> storage_;
  S* data_ = nullptr;
};

}  // namespace murmur
