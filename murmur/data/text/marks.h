// SPDX-License-Identifier: Apache-2.0
// The numbers of the tokens that are no text. Those of a vocabulary that is trained here are the
// defaults; a given one may have others.
#pragma once

#include <cstdint>

namespace murmur::data {

struct Marks {
  std::int32_t pad = 0;      // behind the end of a row in a batch
  std::int32_t unknown = 1;  // stands for what has no token
  std::int32_t begin = 2;    // <s>
  std::int32_t end = 3;      // </s>

  bool operator==(const Marks&) const = default;
};

}  // namespace murmur::data
