// SPDX-License-Identifier: Apache-2.0
// The IDX format of the MNIST files, for bytes; integers are big-endian:
//
//   0  0  type  rank            type 0x08: unsigned bytes, the only one read here; rank 1 to 4
//   extent[0] ... extent[rank-1]   32 bits each
//   the values, the last index fastest
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/dataset.h"

namespace murmur::data {

struct IdxArray {
  std::vector<std::int64_t> extents;
  std::span<const std::uint8_t> values;  // into the bytes that were parsed
};

// `name` is used in messages. kDamaged: the bytes are not exactly one complete array.
Result<IdxArray> parse_idx(std::span<const std::uint8_t> bytes, const std::string& name);

// The read function of datasets that consist of four IDX files: training images and labels, test
// images and labels. Images have rank 2 (vectors), 3 (one channel) or 4 (count, channels, rows,
// columns).
Result<Dataset> read_idx_dataset(const DatasetInfo& info,
                                 const DatasetFiles& files,
                                 const ForEach& for_each);

// The four files by their usual names, without sizes and checksums.
std::vector<FileInfo> usual_idx_files();

}  // namespace murmur::data
