// SPDX-License-Identifier: Apache-2.0
// The Dirichlet procedure of the quasi-global momentum paper's code (Lin, Karimireddy, Stich,
// Jaggi, ICML 2021):
//
//   1. Rows (examples) are shuffled.
//   2. Workers are treated in groups of 10; every group but the last takes the next floor(10 N / n)
//      rows, the last one the rest.
//   3. In a group of k workers and S rows: for each class in turn draw p ~ Dir(alpha) over the k
//      shards, set p_j = 0 where shard j already holds S / k rows or more, normalise, and cut the
//      class's rows at floor(cumulative p x count). Accepted if the smallest shard has at least
//      floor(S / (2 k)) rows; else all classes are drawn again.
//   4. All shards, one after the other, are one list, which is cut into n equal slices.
//
// The original's 0 / 0, if every shard with a positive share is full, cannot occur here: shares are
// normalised over the shards that are not full, from logarithms, so that a tiny alpha gives a class
// to a single shard instead of to none.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "murmur/core/error.h"

namespace murmur::data {

struct DirichletShards {
  std::vector<std::int32_t> order;            // step 4's list, before it is cut
  std::vector<std::int64_t> sizes;            // of the shards, one per worker
  std::vector<std::int64_t> draws_per_group;  // 1: the first draw was accepted
};

// kInvalid: no draw of a group was accepted.
Result<DirichletShards> dirichlet_shards(std::span<const std::int32_t> labels,
                                         int workers,
                                         double alpha,
                                         std::uint64_t seed);

}  // namespace murmur::data
