// SPDX-License-Identifier: Apache-2.0
// Any bytes are either refused or an IDX array whose extents multiply to the number of its values.
#include <cstddef>
#include <cstdint>
#include <span>

#include "murmur/core/check.h"
#include "murmur/data/images/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto array = murmur::data::parse_idx(std::span(data, size), "input");
  if (array) {
    std::size_t count = 1;
    for (const std::int64_t extent : array.value().extents) {
      count *= static_cast<std::size_t>(extent);
    }
    MURMUR_CHECK(count == array.value().values.size(), "{} values", array.value().values.size());
    MURMUR_CHECK(array.value().values.data() + count == data + size, "not to the end");
  }
  return 0;
}
