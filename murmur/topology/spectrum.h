// SPDX-License-Identifier: Apache-2.0
// Eigenvalues of mixing matrices and of their products over several steps.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include "murmur/topology/topology.h"

namespace murmur::topology {

// The eigenvalue nearest to 1 first, then the others by descending real part.
struct Spectrum {
  std::vector<std::complex<double>> values;
  bool real = false;  // no value has an imaginary part

  // lambda_2 and lambda_n; 0 for a single worker, whose only eigenvalue is 1. REQUIRES: real.
  double second() const;
  double last() const;
  // The largest modulus of all eigenvalues but the first; 0 if there is no other.
  double modulus() const;
};

using DenseMatrix = std::vector<std::vector<double>>;

// Chosen by the structure of the matrix. Circulant matrices (rings, hops) and matrices that a
// diagonal scaling makes symmetric (every weighting of an undirected graph) are cheap and exact to
// rounding; all others use the QR algorithm, for n up to about a thousand.
Spectrum spectrum_of(const DenseMatrix& matrix);

DenseMatrix identity(int workers);
// W M.
DenseMatrix times(const MixingMatrix& w, const DenseMatrix& m);
// W_last ... W_1 W_0 for the steps [first, first + count).
DenseMatrix product(const Topology& topology, std::int64_t first, std::int64_t count);

}  // namespace murmur::topology
