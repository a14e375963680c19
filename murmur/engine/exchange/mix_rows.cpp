// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/mix_rows.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace murmur::engine {
namespace {

constexpr std::size_t kAtOnce = 4;  // neighbors; the additions are the same one by one

template <class S, std::size_t K>
class Some {
 public:
  explicit Some(const WeightedRow<S>* in) {
    for (std::size_t k = 0; k < K; ++k) {
      rows_[k] = in[k].row;
      weights_[k] = in[k].weight;
    }
  }
  S add(std::size_t c, S x, S sum) const {
    for (std::size_t k = 0; k < K; ++k) {
      sum += weights_[k] * (rows_[k][c] - x);
    }
    return sum;
  }

 private:
  std::array<const S*, K> rows_{};
  std::array<S, K> weights_{};
};

// Calls apply(the first of `in`, as many as can be added at once); returns how many these are.
template <class S, class Apply>
std::size_t apply_some(std::span<const WeightedRow<S>> in, const Apply& apply) {
  const std::size_t taken = std::min(in.size(), kAtOnce);
  switch (taken) {
    case 0:
      break;
    case 1:
      apply(Some<S, 1>(in.data()));
      break;
    case 2:
      apply(Some<S, 2>(in.data()));
      break;
    case 3:
      apply(Some<S, 3>(in.data()));
      break;
    default:
      apply(Some<S, kAtOnce>(in.data()));
      break;
  }
  return taken;
}

// `from` starts as `own`, and is `out` behind the first neighbors.
template <class S, std::size_t K>
void add_neighbors(
    Some<S, K> some, const S* __restrict own, std::size_t count, const S* from, S* __restrict out) {
  for (std::size_t c = 0; c < count; ++c) {
    out[c] = some.add(c, own[c], from[c]);
  }
}

// Adds to what is there.
template <class S, std::size_t K>
void add_pull(Some<S, K> some, const S* __restrict own, std::size_t count, S* __restrict out) {
  for (std::size_t c = 0; c < count; ++c) {
    out[c] = some.add(c, own[c], out[c]);
  }
}

template <class S, std::size_t K>
void add_neighbors_in_place(Some<S, K> some, std::size_t count, S* __restrict own) {
  for (std::size_t c = 0; c < count; ++c) {
    own[c] = some.add(c, own[c], own[c]);
  }
}

}  // namespace

template <class S>
void mix_row(const S* own, const std::vector<WeightedRow<S>>& in, std::size_t count, S* out) {
  const S* from = own;
  if (in.empty()) {
    std::memcpy(out, own, count * sizeof(S));
  }
  for (std::span<const WeightedRow<S>> left = in; !left.empty(); from = out) {
    left = left.subspan(
        apply_some<S>(left, [&](const auto& some) { add_neighbors(some, own, count, from, out); }));
  }
}

template <class S>
void pull_row(const S* own, const std::vector<WeightedRow<S>>& in, std::size_t count, S* out) {
  std::fill(out, out + count, S(0));
  for (std::span<const WeightedRow<S>> left = in; !left.empty();) {
    left = left.subspan(
        apply_some<S>(left, [&](const auto& some) { add_pull(some, own, count, out); }));
  }
}

template <class S>
bool mix_in_place(const std::vector<WeightedRow<S>>& in, std::size_t count, S* own) {
  if (in.size() > kAtOnce) {
    return false;
  }
  apply_some<S>(in, [&](const auto& some) { add_neighbors_in_place(some, count, own); });
  return true;
}

template <class S>
void add_share(const S* __restrict row, S share, std::size_t count, S* __restrict out) {
  for (std::size_t c = 0; c < count; ++c) {
    out[c] += share * row[c];
  }
}

template void mix_row(const float*, const std::vector<WeightedRow<float>>&, std::size_t, float*);
template void mix_row(const double*, const std::vector<WeightedRow<double>>&, std::size_t, double*);
template void pull_row(const float*, const std::vector<WeightedRow<float>>&, std::size_t, float*);
template void pull_row(const double*,
                       const std::vector<WeightedRow<double>>&,
                       std::size_t,
                       double*);
template bool mix_in_place(const std::vector<WeightedRow<float>>&, std::size_t, float*);
template bool mix_in_place(const std::vector<WeightedRow<double>>&, std::size_t, double*);
template void add_share(const float*, float, std::size_t, float*);
template void add_share(const double*, double, std::size_t, double*);

}  // namespace murmur::engine
