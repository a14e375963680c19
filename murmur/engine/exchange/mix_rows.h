// SPDX-License-Identifier: Apache-2.0
// Mixing: v_i <- v_i + sum_j w_ij (v_j - v_i), neighbors in ascending order. With rows that sum to
// one this is sum_j w_ij v_j; in floating point it keeps rest at rest exactly and the mean to 2e-11
// per step where the plain weighted sum lets it grow by 3e-8.
#pragma once

#include <cstddef>
#include <vector>

namespace murmur::engine {

// A neighbor's row and the weight it gets.
template <class S>
struct WeightedRow {
  const S* row = nullptr;
  S weight = 0;
};

// out[c] = own[c] + sum_k weight_k (row_k[c] - own[c]) for c below count, k ascending.
template <class S>
void mix_row(const S* own, const std::vector<WeightedRow<S>>& in, std::size_t count, S* out);

// The same over the own row itself, which is not read elsewhere meanwhile. False, and nothing is
// done: there are more neighbors than can be added in one go.
template <class S>
bool mix_in_place(const std::vector<WeightedRow<S>>& in, std::size_t count, S* own);

// out[c] = sum_k weight_k (row_k[c] - own[c]): what mix_row() adds.
template <class S>
void pull_row(const S* own, const std::vector<WeightedRow<S>>& in, std::size_t count, S* out);

// out[c] += share row[c]
template <class S>
void add_share(const S* row, S share, std::size_t count, S* out);

}  // namespace murmur::engine
