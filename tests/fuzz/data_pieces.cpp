// SPDX-License-Identifier: Apache-2.0
// Any bytes are either refused, or are a vocabulary with all marks. (What a damaged one makes of a
// text is sentencepiece's.)
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "murmur/core/check.h"
#include "murmur/data/text/pieces.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto pieces =
      murmur::data::open_pieces({reinterpret_cast<const char*>(data), size}, "input");
  if (pieces) {
    const auto marks = pieces.value()->marks();
    const auto count = std::ssize(pieces.value()->tokens());
    MURMUR_CHECK(std::max({marks.pad, marks.unknown, marks.begin, marks.end}) < count,
                 "marks beyond {} tokens",
                 count);
  } else {
    MURMUR_CHECK(
        pieces.failure().kind == murmur::FailureKind::kDamaged, "{}", pieces.failure().message);
  }
  return 0;
}
