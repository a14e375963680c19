// SPDX-License-Identifier: Apache-2.0
// The binary format of CIFAR: records of labels and pixels, and nothing else,
//
//   CIFAR-10    label (1 byte) | red 32 x 32 | green 32 x 32 | blue 32 x 32
//   CIFAR-100   coarse label | fine label (1 byte each) | the same
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/dataset.h"

namespace murmur::data {

inline constexpr ImageShape kCifarShape{3, 32, 32};

struct CifarFormat {
  std::vector<int> classes;  // of each label
  std::size_t label = 0;     // the one that is kept
};

// The records of several files, in order.
struct CifarRecords {
  Bytes pixels;
  Bytes labels;
};

// Appends the records of one file. `name` is used in messages. kDamaged: the number of records is
// not whole, or a label is not below its classes.
Status append_cifar(std::span<const std::uint8_t> bytes,
                    const std::string& name,
                    const CifarFormat& format,
                    CifarRecords& records);

Examples examples_of(CifarRecords records);

// Reads all files, of which the last one is the test set.
Result<Dataset> read_cifar(const DatasetInfo& info,
                           const DatasetFiles& files,
                           const CifarFormat& format,
                           const ForEach& for_each);

}  // namespace murmur::data
