// SPDX-License-Identifier: Apache-2.0
// Eigenvalues of mixing matrices and of their products over some steps.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include "murmur/topology/topology.h"

namespace murmur::topology {

// The eigenvalue nearest to 1 first, the others by descending real part.
struct Spectrum {
  std::vector<std::complex<double>> values;
  bool real = false;  // no value has an imaginary part

  // lambda_2 and lambda_n; 0 where one worker has only the 1. REQUIRES: real.
  double second() const;
  double last() const;
  // The largest modulus of all but the first; 0 where there is no other.
  double modulus() const;
};

using DenseMatrix = std::vector<std::vector<double>>;

// By the structure of the matrix: sums of cyclic shifts (rings, hops) and what scaling makes
// symmetric (every weighting of an undirected graph) cost little and are exact to rounding; else
// the QR method, n up to about a thousand.
Spectrum spectrum_of(const DenseMatrix& matrix);

DenseMatrix identity(int workers);
// W M.
DenseMatrix times(const MixingMatrix& w, const DenseMatrix& m);
// W_last ... W_1 W_0 of the steps [first, first + count).
DenseMatrix product(const Topology& topology, std::int64_t first, std::int64_t count);

}  // namespace murmur::topology
