// SPDX-License-Identifier: Apache-2.0
// PowerSGD: a matrix as the product of two thin factors, found by one step of the power method that
// goes on from the factor of the step before. M_i is the matrix of worker i, rows x columns.
//
//   P  = mean_i(M_i Q)              an exact average; then its columns are made orthonormal
//   Q' = mean_i(M_i^T P)            an exact average
//   decoded = P Q'^T                the same on all workers
//
// Vogels, Karimireddy, Jaggi: PowerSGD, NeurIPS 2019. A factor of rank r over n coordinates is
// stored column by column: r times n values.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "murmur/codecs/codec.h"
#include "murmur/core/layout.h"

namespace murmur::codecs {

struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
};

// A tensor of two or more dimensions, the first being the rows; none: a vector.
std::optional<Matrix> matrix_of(const TensorSlot& slot);

template <class S>
class LowRank {
 public:
  LowRank(std::size_t rank, bool warm_start) : rank_(rank), warm_start_(warm_start) {}

  bool warm_start() const { return warm_start_; }
  // Of the factors of a matrix: cut to its smaller side.
  std::size_t rank(const Matrix& matrix) const;

  // The Q to begin with: what was kept, where it is not zero, and N(0, 1) elsewhere.
  void start(const Matrix& shape,
             std::span<const S> kept,
             const Draws& draws,
             std::span<S> q) const;
  // p = M q, and q = M^T p.
  void multiply(const Matrix& shape, const S* m, std::span<const S> q, std::span<S> p) const;
  void multiply_transposed(const Matrix& shape,
                           const S* m,
                           std::span<const S> p,
                           std::span<S> q) const;
  // Modified Gram-Schmidt over the columns, each divided by its norm + 1e-8.
  void orthonormalize(const Matrix& shape, std::span<S> p) const;
  // m = p q^T
  void decode(const Matrix& shape, std::span<const S> p, std::span<const S> q, S* m) const;
  // Replaces the columns of `kept` by those of q that are not zero.
  void keep(const Matrix& shape, std::span<const S> q, std::span<S> kept) const;

 private:
  std::size_t rank_;
  bool warm_start_;
};

extern template class LowRank<float>;
extern template class LowRank<double>;

}  // namespace murmur::codecs
