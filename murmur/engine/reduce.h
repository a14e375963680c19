// SPDX-License-Identifier: Apache-2.0
// Sums over coordinates: fixed blocks in ascending order, in double, whatever the threads.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "murmur/core/layout.h"
#include "murmur/threads/pool.h"

namespace murmur::engine {

// The sum of one block of one row, on a compute thread.
using BlockSum = std::function<double(std::size_t row, CoordinateRange range, int thread)>;

// The sums of `rows` rows of `row_size` coordinates each.
std::vector<double> sum_rows(threads::Pool* pool,
                             std::size_t rows,
                             std::size_t row_size,
                             const BlockSum& block_sum);

// Replaces every coordinate by the sum over its filter: an output filter of a 4-D tensor, an input
// column of a matrix, the whole tensor otherwise.
template <class S>
void sum_filters(const Layout& layout, S* row);

// The sum of (a - b)^2 over a range.
template <class S>
double squared_distance(const S* a, const S* b, std::size_t count);

// The sum of squares of a row, by one thread: block by block.
template <class S>
double squared_norm(const S* row, std::size_t count);

}  // namespace murmur::engine
