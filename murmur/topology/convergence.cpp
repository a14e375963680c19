// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numeric>

#include "murmur/core/random.h"
#include "murmur/topology/analysis.h"

namespace murmur::topology {
namespace {

using Vector = std::vector<double>;

Vector mixed(const MixingMatrix& w, const Vector& x) {
  Vector y(x.size());
  for (int i = 0; i < w.workers(); ++i) {
    double sum = w.self(i) * x[static_cast<std::size_t>(i)];
    for (const Neighbor& neighbor : w.in(i)) {
      sum += neighbor.weight * x[static_cast<std::size_t>(neighbor.worker)];
    }
    y[static_cast<std::size_t>(i)] = sum;
  }
  return y;
}

double disagreement_squared(const Vector& x) {
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
  double squares = 0;
  for (const double value : x) {
    squares += (value - mean) * (value - mean);
  }
  return squares;
}

// Square root of the mean factor by which a step shrinks the squared disagreement. Random
// topologies treat all workers alike and draw each step independently, so the mean over many steps,
// each with a new random vector, is the asymptotic factor for any initial vector.
double measured_rate(const Topology& topology) {
  constexpr std::int64_t kSteps = 1000;
  Vector x(static_cast<std::size_t>(topology.workers()));
  double before = 0;
  double after = 0;
  for (std::int64_t step = 0; step < kSteps; ++step) {
    const Random random(0, Stream::kStart, 0, step);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = random.normal(i);
    }
    before += disagreement_squared(x);
    after += disagreement_squared(mixed(topology.at(step), x));
  }
  return std::sqrt(after / before);
}

// Frobenius norm of the deviation of the rows from their mean.
double disagreement(const DenseMatrix& rows) {
  const auto n = static_cast<double>(rows.size());
  double squares = 0;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    double sum = 0;
    for (const Vector& row : rows) {
      sum += row[k];
    }
    for (const Vector& row : rows) {
      squares += (row[k] - sum / n) * (row[k] - sum / n);
    }
  }
  return std::sqrt(squares);
}

// Number of steps to consensus by multiplication, for topologies that reach it in finitely many
// steps.
std::optional<std::int64_t> counted_steps(const Topology& topology) {
  constexpr int kPeriods = 4;
  DenseMatrix accumulated = identity(topology.workers());
  for (std::int64_t step = 0; step < kPeriods * topology.period(); ++step) {
    if (disagreement(accumulated) * kConsensusFactor <= 1) {
      return step;
    }
    accumulated = times(topology.at(step), accumulated);
  }
  return std::nullopt;
}

std::optional<std::int64_t> expected_steps(double rate) {
  constexpr double kStandstill = 1e-12;
  if (!(rate < 1 - kStandstill)) {
    return std::nullopt;
  }
  // Slack, so that rounding does not turn an integer into the next one.
  constexpr double kSlack = 1e-9;
  return static_cast<std::int64_t>(
      std::ceil(std::log(kConsensusFactor) / -std::log(rate) - kSlack));
}

}  // namespace

Convergence convergence_of(const Topology& topology) {
  Convergence result;
  if (topology.period() == 0) {
    result.rate = measured_rate(topology);
    result.rate_per_period = result.rate;
    result.steps_to_consensus = expected_steps(result.rate);
    return result;
  }
  constexpr double kExact = 1e-9;  // rounding error of a modulus of zero
  const auto period = static_cast<double>(topology.period());
  result.spectrum = spectrum_of(product(topology, 0, topology.period()));
  const double modulus = result.spectrum->modulus();
  result.rate_per_period = modulus < kExact ? 0.0 : modulus;
  result.rate = std::pow(result.rate_per_period, 1 / period);
  result.steps_to_consensus =
      result.rate > 0 ? expected_steps(result.rate) : counted_steps(topology);
  return result;
}

}  // namespace murmur::topology
