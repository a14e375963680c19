// SPDX-License-Identifier: Apache-2.0
// Any bytes, plain, gzip or xz, unpack to at most the limit or are refused.
#include <cstddef>
#include <cstdint>

#include "murmur/core/check.h"
#include "murmur/data/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLimit = std::size_t{1} << 20U;
  const auto bytes = murmur::data::unpack(murmur::data::Bytes(data, data + size), "input", kLimit);
  if (bytes) {
    MURMUR_CHECK(bytes.value().size() <= kLimit, "{} bytes", bytes.value().size());
  }
  return 0;
}
