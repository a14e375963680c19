// SPDX-License-Identifier: Apache-2.0
// The binary format of CIFAR-10: records of 3073 bytes and nothing else,
//
//   label (1 byte) | red 32 x 32 | green 32 x 32 | blue 32 x 32
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "murmur/core/error.h"
#include "murmur/data/dataset.h"

namespace murmur::data {

inline constexpr ImageShape kCifarShape{3, 32, 32};

// The records of several files, in order.
struct CifarRecords {
  Bytes pixels;
  Bytes labels;
};

// Appends the records of one file. `name` is used in messages. kDamaged: the number of records is
// not whole, or a label is not below `classes`.
Status append_cifar(std::span<const std::uint8_t> bytes,
                    const std::string& name,
                    int classes,
                    CifarRecords& records);

Examples examples_of(CifarRecords records);

}  // namespace murmur::data
