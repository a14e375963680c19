// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/layout.h"

#include <utility>

#include "murmur/core/check.h"

namespace murmur {

Layout::Layout(std::size_t scalar_bytes) : per_line_(kAlignment / scalar_bytes) {
  MURMUR_CHECK(scalar_bytes == 4 || scalar_bytes == 8, "scalar_bytes = {}", scalar_bytes);
}

void Layout::add(std::string name, std::vector<std::int64_t> shape) {
  std::size_t size = 1;
  for (const std::int64_t extent : shape) {
    MURMUR_CHECK(extent > 0, "{} has an extent of {}", name, extent);
    size *= static_cast<std::size_t>(extent);
  }
  tensors_.push_back({std::move(name), std::move(shape), row_size_, size});
  parameters_ += size;
  row_size_ += (size + per_line_ - 1) / per_line_ * per_line_;
}

}  // namespace murmur
