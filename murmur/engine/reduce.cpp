// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/reduce.h"

#include <algorithm>
#include <array>

namespace murmur::engine {
namespace {

constexpr std::size_t kBlock = 4096;  // part of the meaning of a sum: do not change

// How a tensor's coordinates group into filters: coordinate c of `size` belongs to filter
// (c / inner) % filters.
struct Grouping {
  std::size_t filters = 1;
  std::size_t inner = 1;
};

Grouping grouping_of(const TensorSlot& slot) {
  if (slot.shape.size() == 4) {
    const auto filters = static_cast<std::size_t>(slot.shape[0]);
    return {filters, slot.size / filters};
  }
  if (slot.shape.size() == 2) {
    return {static_cast<std::size_t>(slot.shape[1]), 1};
  }
  return {1, slot.size};
}

}  // namespace

std::vector<double> sum_rows(threads::Pool* pool,
                             std::size_t rows,
                             std::size_t row_size,
                             const BlockSum& block_sum) {
  const std::size_t blocks = (row_size + kBlock - 1) / kBlock;
  std::vector<double> partial(rows * blocks);
  pool->run(rows * blocks, [&](std::size_t index, int thread) {
    const std::size_t begin = index % blocks * kBlock;
    partial[index] = block_sum(index / blocks, {begin, std::min(row_size, begin + kBlock)}, thread);
  });
  std::vector<double> sums(rows);
  for (std::size_t index = 0; index < partial.size(); ++index) {
    sums[index / blocks] += partial[index];
  }
  return sums;
}

template <class S>
void sum_filters(const Layout& layout, S* row) {
  std::vector<double> sums;
  for (const TensorSlot& slot : layout.tensors()) {
    const Grouping g = grouping_of(slot);
    S* const values = row + slot.offset;
    sums.assign(g.filters, 0.0);
    for (std::size_t c = 0; c < slot.size; ++c) {
      sums[c / g.inner % g.filters] += static_cast<double>(values[c]);
    }
    for (std::size_t c = 0; c < slot.size; ++c) {
      values[c] = static_cast<S>(sums[c / g.inner % g.filters]);
    }
  }
}

template <class S>
double squared_distance(const S* a, const S* b, std::size_t count) {
  constexpr std::size_t kLanes = 8;  // fixed order of additions that still vectorises
  std::array<double, kLanes> lanes{};
  for (std::size_t c = 0; c < count; ++c) {
    const double difference = static_cast<double>(a[c]) - static_cast<double>(b[c]);
    lanes[c % kLanes] += difference * difference;
  }
  double sum = 0;
  for (const double lane : lanes) {
    sum += lane;
  }
  return sum;
}

template <class S>
double squared_norm(const S* row, std::size_t count) {
  constexpr std::size_t kLanes = 8;
  double sum = 0;
  for (std::size_t begin = 0; begin < count; begin += kBlock) {
    const std::size_t end = std::min(count, begin + kBlock);
    std::array<double, kLanes> lanes{};
    for (std::size_t c = begin; c < end; ++c) {
      const auto value = static_cast<double>(row[c]);
      lanes[c % kLanes] += value * value;
    }
    for (const double lane : lanes) {
      sum += lane;
    }
  }
  return sum;
}

template void sum_filters(const Layout&, float*);
template void sum_filters(const Layout&, double*);
template double squared_distance(const float*, const float*, std::size_t);
template double squared_distance(const double*, const double*, std::size_t);
template double squared_norm(const float*, std::size_t);
template double squared_norm(const double*, std::size_t);

}  // namespace murmur::engine
