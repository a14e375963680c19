// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/mix_rows.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace murmur::engine {
namespace {

// Adds K neighbors at a time to `out`, which starts as `own`; the additions are the same one by
// one.
template <class S, std::size_t K>
void add_neighbors(const S* __restrict own,
                   const WeightedRow<S>* in,
                   std::size_t count,
                   const S* from,
                   S* __restrict out) {
  std::array<const S*, K> rows{};
  std::array<S, K> weights{};
  for (std::size_t k = 0; k < K; ++k) {
    rows[k] = in[k].row;
    weights[k] = in[k].weight;
  }
  for (std::size_t c = 0; c < count; ++c) {
    const S x = own[c];
    S sum = from[c];
    for (std::size_t k = 0; k < K; ++k) {
      sum += weights[k] * (rows[k][c] - x);
    }
    out[c] = sum;
  }
}

// The same over the own row itself, which nobody else reads.
template <class S, std::size_t K>
void add_neighbors_in_place(const WeightedRow<S>* in, std::size_t count, S* __restrict own) {
  std::array<const S*, K> rows{};
  std::array<S, K> weights{};
  for (std::size_t k = 0; k < K; ++k) {
    rows[k] = in[k].row;
    weights[k] = in[k].weight;
  }
  for (std::size_t c = 0; c < count; ++c) {
    const S x = own[c];
    S sum = x;
    for (std::size_t k = 0; k < K; ++k) {
      sum += weights[k] * (rows[k][c] - x);
    }
    own[c] = sum;
  }
}

}  // namespace

template <class S>
void mix_row(const S* own, const std::vector<WeightedRow<S>>& in, std::size_t count, S* out) {
  std::size_t k = 0;
  const S* from = own;
  if (in.empty()) {
    std::memcpy(out, own, count * sizeof(S));
  }
  while (k < in.size()) {
    const std::size_t left = in.size() - k;
    const std::size_t taken = std::min<std::size_t>(left, 4);
    const WeightedRow<S>* some = &in[k];
    switch (taken) {
      case 1:
        add_neighbors<S, 1>(own, some, count, from, out);
        break;
      case 2:
        add_neighbors<S, 2>(own, some, count, from, out);
        break;
      case 3:
        add_neighbors<S, 3>(own, some, count, from, out);
        break;
      default:
        add_neighbors<S, 4>(own, some, count, from, out);
        break;
    }
    k += taken;
    from = out;
  }
}

template <class S>
bool mix_in_place(const std::vector<WeightedRow<S>>& in, std::size_t count, S* own) {
  switch (in.size()) {
    case 0:
      return true;
    case 1:
      add_neighbors_in_place<S, 1>(in.data(), count, own);
      return true;
    case 2:
      add_neighbors_in_place<S, 2>(in.data(), count, own);
      return true;
    case 3:
      add_neighbors_in_place<S, 3>(in.data(), count, own);
      return true;
    case 4:
      add_neighbors_in_place<S, 4>(in.data(), count, own);
      return true;
    default:
      return false;
  }
}

template <class S>
void add_share(const S* __restrict row, S share, std::size_t count, S* __restrict out) {
  for (std::size_t c = 0; c < count; ++c) {
    out[c] += share * row[c];
  }
}

template void mix_row(const float*, const std::vector<WeightedRow<float>>&, std::size_t, float*);
template void mix_row(const double*, const std::vector<WeightedRow<double>>&, std::size_t, double*);
template bool mix_in_place(const std::vector<WeightedRow<float>>&, std::size_t, float*);
template bool mix_in_place(const std::vector<WeightedRow<double>>&, std::size_t, double*);
template void add_share(const float*, float, std::size_t, float*);
template void add_share(const double*, double, std::size_t, double*);

}  // namespace murmur::engine
