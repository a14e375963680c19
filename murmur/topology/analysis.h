// SPDX-License-Identifier: Apache-2.0
// Properties of a topology: row and column sums, connectivity, spectrum, number of steps to
// consensus. All are computed over one period, or over 64 steps for a topology that never repeats.
//
// Rate: the asymptotic factor per step by which the disagreement of the workers shrinks. For one
// matrix, max(|lambda_2|, |lambda_n|); for a period of p matrices, the p-th root of that of their
// product; for random matrices, measured on random vectors over a thousand steps.
#pragma once

#include <cstdint>
#include <optional>

#include "murmur/core/error.h"
#include "murmur/topology/spectrum.h"
#include "murmur/topology/topology.h"

namespace murmur::topology {

// Number of steps over which properties are computed: a period, or 64.
std::int64_t observed_steps(const Topology& topology);

// Rows that sum to one preserve consensus: equal models stay equal. All mixing requires them,
// except push-sum, which requires columns that sum to one. If both hold, mixing also preserves the
// mean of the workers.
enum class Side { kRows, kColumns };

struct SumDefect {
  std::int64_t step = 0;
  int worker = 0;
  double sum = 0;
};

// The first row, or column, of the observed steps whose weights do not sum to one within 1e-9.
std::optional<SumDefect> find_sum_defect(const Topology& topology, Side side);

// The same as a Failure that names the row or column.
Status require_sums(const Topology& topology, Side side);

// Whether, over the observed steps, information from each worker can reach every other worker.
bool is_connected(const Topology& topology);

// Exact comparison, for one matrix or for all observed matrices.
bool is_symmetric(const MixingMatrix& matrix);
bool is_symmetric(const Topology& topology);

// The smallest eigenvalue over all observed matrices; none if one is not symmetric. D2 requires
// more than -1/3.
std::optional<double> smallest_eigenvalue(const Topology& topology);

struct Degrees {
  int in_least = 0;
  int in_most = 0;
  int out_least = 0;
  int out_most = 0;
};

// Smallest and largest degree of any worker at any observed step, not counting self-loops.
Degrees degrees_of(const Topology& topology);

// Mean number of directed edges over the observed steps: the messages that one mix sends.
double messages_per_step(const Topology& topology);

// How fast the workers approach consensus.
struct Convergence {
  std::optional<Spectrum> spectrum;  // of a period's product; none if there is no period
  double rate = 0;                   // per step; 0: exact after finitely many steps
  double rate_per_period = 0;        // equal to `rate` if there is no period
  // Steps until the disagreement is a thousandth of its initial value; none: never.
  std::optional<std::int64_t> steps_to_consensus;

  double gap() const { return 1 - rate; }
  double gap_per_period() const { return 1 - rate_per_period; }
};

inline constexpr double kConsensusFactor = 1e3;

Convergence convergence_of(const Topology& topology);

}  // namespace murmur::topology
