// SPDX-License-Identifier: Apache-2.0
// The slices of a partition (partition.h): the workers' examples one after the other, and their
// numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/partition.h"

namespace murmur::data {

struct Slices {
  std::vector<std::int32_t> order;
  std::vector<std::int64_t> sizes;
};

// kInvalid: too few shards or groups, or no draw of the Dirichlet procedure was acceptable.
// REQUIRES: the partition is known, and is not "replicate".
Result<Slices> make_slices(const ExampleLabels& examples,
                           int workers,
                           const PartitionSettings& settings,
                           std::uint64_t seed);

}  // namespace murmur::data
