// SPDX-License-Identifier: Apache-2.0
#include "murmur/codecs/low_rank.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "murmur/codecs/registry.h"

namespace murmur::codecs {
namespace {

constexpr double kSmallestNorm = 1e-8;

// Eight running sums, so that the order of additions is fixed and still vectorises.
template <class S>
S dot(const S* __restrict a, const S* __restrict b, std::size_t count) {
  constexpr std::size_t kLanes = 8;
  std::array<S, kLanes> lanes{};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] += a[i + lane] * b[i + lane];
    }
  }
  for (std::size_t lane = 0; i < count; ++i, ++lane) {
    lanes[lane] += a[i] * b[i];
  }
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
         ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

// y += a x
template <class S>
void add_multiple(S a, const S* __restrict x, std::size_t count, S* __restrict y) {
  for (std::size_t i = 0; i < count; ++i) {
    y[i] += a * x[i];
  }
}

template <class S>
bool is_zero(std::span<const S> values) {
  return std::all_of(values.begin(), values.end(), [](S value) { return value == 0; });
}

}  // namespace

std::optional<Matrix> matrix_of(const TensorSlot& slot) {
  if (slot.shape.size() < 2 || slot.size == 0) {
    return std::nullopt;
  }
  const auto rows = static_cast<std::size_t>(slot.shape.front());
  return Matrix{rows, slot.size / rows};
}

template <class S>
std::size_t LowRank<S>::rank(const Matrix& matrix) const {
  return std::min({rank_, matrix.rows, matrix.columns});
}

template <class S>
void LowRank<S>::start(const Matrix& shape,
                       std::span<const S> kept,
                       const Draws& draws,
                       std::span<S> q) const {
  const std::size_t rank = this->rank(shape);
  const Random random = draws.common();
  for (std::size_t k = 0; k < rank; ++k) {
    const std::span<S> column = q.subspan(k * shape.columns, shape.columns);
    const auto old = kept.empty() ? kept : kept.subspan(k * shape.columns, shape.columns);
    if (!is_zero(old)) {
      std::copy(old.begin(), old.end(), column.begin());
      continue;
    }
    for (std::size_t j = 0; j < shape.columns; ++j) {
      column[j] = static_cast<S>(random.normal(draws.index(j * rank + k)));
    }
  }
}

template <class S>
void LowRank<S>::multiply(const Matrix& shape,
                          const S* m,
                          std::span<const S> q,
                          std::span<S> p) const {
  const std::size_t rank = this->rank(shape);
  for (std::size_t i = 0; i < shape.rows; ++i) {
    for (std::size_t k = 0; k < rank; ++k) {
      p[k * shape.rows + i] =
          dot(m + i * shape.columns, q.data() + k * shape.columns, shape.columns);
    }
  }
}

template <class S>
void LowRank<S>::multiply_transposed(const Matrix& shape,
                                     const S* m,
                                     std::span<const S> p,
                                     std::span<S> q) const {
  const std::size_t rank = this->rank(shape);
  std::fill_n(q.begin(), rank * shape.columns, S(0));
  for (std::size_t i = 0; i < shape.rows; ++i) {
    for (std::size_t k = 0; k < rank; ++k) {
      add_multiple(p[k * shape.rows + i],
                   m + i * shape.columns,
                   shape.columns,
                   q.data() + k * shape.columns);
    }
  }
}

template <class S>
void LowRank<S>::orthonormalize(const Matrix& shape, std::span<S> p) const {
  const std::size_t rank = this->rank(shape);
  for (std::size_t k = 0; k < rank; ++k) {
    S* const column = p.data() + k * shape.rows;
    const S norm = std::sqrt(dot(column, column, shape.rows)) + static_cast<S>(kSmallestNorm);
    for (std::size_t i = 0; i < shape.rows; ++i) {
      column[i] /= norm;
    }
    for (std::size_t l = k + 1; l < rank; ++l) {
      S* const next = p.data() + l * shape.rows;
      add_multiple(-dot(column, next, shape.rows), column, shape.rows, next);
    }
  }
}

template <class S>
void LowRank<S>::decode(const Matrix& shape,
                        std::span<const S> p,
                        std::span<const S> q,
                        S* m) const {
  const std::size_t rank = this->rank(shape);
  for (std::size_t i = 0; i < shape.rows; ++i) {
    S* const row = m + i * shape.columns;
    std::fill_n(row, shape.columns, S(0));
    for (std::size_t k = 0; k < rank; ++k) {
      add_multiple(p[k * shape.rows + i], q.data() + k * shape.columns, shape.columns, row);
    }
  }
}

template <class S>
void LowRank<S>::keep(const Matrix& shape, std::span<const S> q, std::span<S> kept) const {
  for (std::size_t k = 0; k < rank(shape); ++k) {
    const std::span<const S> column = q.subspan(k * shape.columns, shape.columns);
    if (!is_zero(column)) {
      std::copy(column.begin(), column.end(), kept.data() + k * shape.columns);
    }
  }
}

Registration low_rank() {
  return {
      .info = {.name = "low-rank",
               .summary = "PowerSGD: matrices as products of two thin factors, which are averaged",
               .paper = "Vogels, Karimireddy, Jaggi: PowerSGD, NeurIPS 2019",
               .options = {{.name = "rank",
                            .help = "columns of the factors",
                            .fallback = std::int64_t{2},
                            .bounds = kCount},
                           {.name = "warm_start",
                            .help = "begin with the factor of the step before",
                            .fallback = true}}},
      .make = PerScalar<MakeCoding>::from([]<class S>() -> MakeCoding<S> {
        return [](const OptionValues& options, Use /*use*/) {
          return Coding<S>{
              .low_rank = std::make_shared<const LowRank<S>>(
                  static_cast<std::size_t>(options.integer("rank")), options.flag("warm_start"))};
        };
      })};
}

template class LowRank<float>;
template class LowRank<double>;

}  // namespace murmur::codecs
