// SPDX-License-Identifier: Apache-2.0
// Offsets of named parameters in a row. Each tensor starts on a 64-byte boundary, for any number of
// processes: math libraries choose their code path by alignment, and results would differ. The gaps
// are padding, which is zero in every field; kernels keep it zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace murmur {

inline constexpr std::size_t kAlignment = 64;  // bytes

struct TensorSlot {
  std::string name;                 // as in PyTorch's state_dict
  std::vector<std::int64_t> shape;  // row-major
  std::size_t offset = 0;           // coordinates from the start of the row
  std::size_t size = 0;             // coordinates, without padding
};

struct CoordinateRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
};

class Layout {
 public:
  Layout() = default;
  // `scalar_bytes`: 4 or 8; determines the number of coordinates in 64 bytes.
  explicit Layout(std::size_t scalar_bytes);

  void add(std::string name, std::vector<std::int64_t> shape);

  std::span<const TensorSlot> tensors() const { return tensors_; }
  std::size_t row_size() const { return row_size_; }      // coordinates with padding
  std::size_t parameters() const { return parameters_; }  // coordinates without padding

 private:
  std::size_t per_line_ = 16;
  std::vector<TensorSlot> tensors_;
  std::size_t row_size_ = 0;
  std::size_t parameters_ = 0;
};

}  // namespace murmur
