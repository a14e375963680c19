// SPDX-License-Identifier: Apache-2.0
// What a topology promises: sums, connectivity, spectrum, and how many steps bring the workers
// together. Everything is about one period; of a topology that never repeats, about 64 steps.
//
// Rate: the factor by which the disagreement of the workers shrinks per step in the long run. For
// one matrix, max(|lambda_2|, |lambda_n|); for a period of p matrices, the p-th root of that of
// their product; for random ones, measured on a vector that is mixed a thousand times.
#pragma once

#include <cstdint>
#include <optional>

#include "murmur/core/error.h"
#include "murmur/topology/spectrum.h"
#include "murmur/topology/topology.h"

namespace murmur::topology {

// Steps that stand for all: a period, or 64.
std::int64_t observed_steps(const Topology& topology);

// Rows that sum to one keep rest at rest: every mixing needs them, but push-sum needs columns that
// do. Both: the mean of the workers is kept.
enum class Side { kRows, kColumns };

struct SumDefect {
  std::int64_t step = 0;
  int worker = 0;
  double sum = 0;
};

// The first row, or column, of the observed steps whose weights do not sum to one within 1e-9.
std::optional<SumDefect> find_sum_defect(const Topology& topology, Side side);

// The same as a Failure that says which one, and what to do.
Status require_sums(const Topology& topology, Side side);

// Whether, over the observed steps, what one worker says can reach every other.
bool is_connected(const Topology& topology);

// Exactly, of one matrix or of all observed ones.
bool is_symmetric(const MixingMatrix& matrix);
bool is_symmetric(const Topology& topology);

// Of all observed matrices, if they are symmetric. D2 needs more than -1/3.
std::optional<double> smallest_eigenvalue(const Topology& topology);

struct Degrees {
  int in_least = 0;
  int in_most = 0;
  int out_least = 0;
  int out_most = 0;
};

// Over the observed steps: the least and the most of any worker at any step, without itself.
Degrees degrees_of(const Topology& topology);

// Mean over the observed steps of the directed edges, which is what a mix sends.
double messages_per_step(const Topology& topology);

// How fast the workers come together.
struct Convergence {
  std::optional<Spectrum> spectrum;  // of a period's product; none where there is no period
  double rate = 0;                   // per step; 0: exact after finitely many steps
  double rate_per_period = 0;        // equal to `rate` where there is no period
  // Until the disagreement is a thousandth of what it was; none: never.
  std::optional<std::int64_t> steps_to_consensus;

  double gap() const { return 1 - rate; }
  double gap_per_period() const { return 1 - rate_per_period; }
};

inline constexpr double kConsensusFactor = 1e3;

Convergence convergence_of(const Topology& topology);

}  // namespace murmur::topology
