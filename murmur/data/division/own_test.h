// SPDX-License-Identifier: Apache-2.0
// The part of the test set that belongs to each worker, dealt out like its training data:
//
//   natural     the test examples of its groups
//   labelled    of class c in file order the share N_ic / N_c, cut at rounded cumulative shares
//   otherwise   the share N_i / N of all of them, in file order
//
// N_ic: training examples of class c on worker i. Test examples of groups or classes that no worker
// trains on belong to none.
#pragma once

#include <cstdint>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/dataset.h"
#include "murmur/data/partition.h"

namespace murmur::data {

// Test examples of each worker, ascending. kInvalid: the partition is by group, and the test set
// has no such groups.
Result<std::vector<std::vector<std::int32_t>>> deal_test_set(const Dataset& dataset,
                                                             const Partition& partition,
                                                             const PartitionSettings& settings);

}  // namespace murmur::data
