// SPDX-License-Identifier: Apache-2.0
// The mean of many rows as a binary tree that splits at the largest power of two below the count,
// plain or weighted.
#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

namespace murmur::engine {

inline int left_part(int count) {
  int part = 1;
  while (part * 2 < count) {
    part *= 2;
  }
  return part;
}

inline std::size_t tree_levels(int count) {
  std::size_t depth = 1;
  for (int reach = 1; reach < count; reach *= 2) {
    ++depth;
  }
  return depth;
}

template <class S>
void join_means(const S* __restrict left,
                const S* __restrict right,
                S share,
                std::size_t count,
                S* __restrict out) {
  for (std::size_t c = 0; c < count; ++c) {
    out[c] = left[c] + share * (right[c] - left[c]);
  }
}

// Weights of rows in a mean; empty: all 1.
using RowWeights = std::vector<double>;

// The weight of `count` rows.
inline double weight_of(const RowWeights& weights, int first, int count) {
  if (weights.empty()) {
    return count;
  }
  const auto begin = weights.begin() + first;
  return std::accumulate(begin, begin + count, 0.0);
}

// Walks the tree for one block of `size` coordinates. `leaf(first, count)` is the mean of that
// subtree where it is known, else null. `scratch` holds two blocks for every level. Rows without
// weight are not looked at.
template <class S, class Leaf>
class TreeMean {
 public:
  TreeMean(const Leaf& leaf, const RowWeights& weights, std::size_t size, S* scratch)
      : leaf_(leaf), weights_(weights), size_(size), scratch_(scratch) {}

  // Into `out`, or where the leaf has it.
  const S* operator()(int first, int count, std::size_t depth, S* out) const {
    if (const S* known = leaf_(first, count); known != nullptr) {
      return known;
    }
    S* const left_block = scratch_ + 2 * depth * size_;
    const int left_count = left_part(count);
    const int right_count = count - left_count;
    const double right_weight = weight_of(weights_, first + left_count, right_count);
    if (right_weight == 0) {
      return (*this)(first, left_count, depth + 1, out);
    }
    const double left_weight = weight_of(weights_, first, left_count);
    if (left_weight == 0) {
      return (*this)(first + left_count, right_count, depth + 1, out);
    }
    const S* left = (*this)(first, left_count, depth + 1, left_block);
    const S* right = (*this)(first + left_count, right_count, depth + 1, left_block + size_);
    const double share = right_weight / (left_weight + right_weight);
    join_means(left, right, static_cast<S>(share), size_, out);
    return out;
  }

 private:
  const Leaf& leaf_;
  const RowWeights& weights_;
  std::size_t size_;
  S* scratch_;
};

}  // namespace murmur::engine
