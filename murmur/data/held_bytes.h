// SPDX-License-Identifier: Apache-2.0
// Immutable bytes with the object that owns them: memory of this process alone, or memory that the
// processes of a host share. A copy is another view of the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "murmur/core/huge_pages.h"

namespace murmur::data {

using Bytes = std::vector<std::uint8_t, HugePageAllocator<std::uint8_t>>;

class HeldBytes {
 public:
  HeldBytes() = default;  // no bytes
  // Takes ownership of the bytes.
  HeldBytes(Bytes bytes) {  // NOLINT(google-explicit-constructor)
    const auto holder = std::make_shared<const Bytes>(std::move(bytes));
    view_ = *holder;
    holder_ = holder;
  }
  // A view of memory that `holder` keeps alive.
  HeldBytes(std::span<const std::uint8_t> view, std::shared_ptr<const void> holder)
      : view_(view), holder_(std::move(holder)) {}

  const std::uint8_t* data() const { return view_.data(); }
  std::size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }
  auto begin() const { return view_.begin(); }
  auto end() const { return view_.end(); }
  std::uint8_t operator[](std::size_t i) const { return view_[i]; }

 private:
  std::span<const std::uint8_t> view_;
  std::shared_ptr<const void> holder_;
};

}  // namespace murmur::data
