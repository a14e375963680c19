// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/analysis.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "murmur/topology/graph.h"

namespace murmur::topology {
namespace {

std::optional<SumDefect> sum_defect_at(const MixingMatrix& matrix, std::int64_t step, Side side) {
  constexpr double kTolerance = 1e-9;
  std::vector<double> sums;
  sums.reserve(static_cast<std::size_t>(matrix.workers()));
  for (int i = 0; i < matrix.workers(); ++i) {
    sums.push_back(matrix.self(i));
  }
  for (int i = 0; i < matrix.workers(); ++i) {
    for (const Neighbor& neighbor : matrix.in(i)) {
      sums[static_cast<std::size_t>(side == Side::kRows ? i : neighbor.worker)] += neighbor.weight;
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (!(std::abs(sums[i] - 1) <= kTolerance)) {
      return SumDefect{step, static_cast<int>(i), sums[i]};
    }
  }
  return std::nullopt;
}

}  // namespace

std::int64_t observed_steps(const Topology& topology) {
  constexpr std::int64_t kEnough = 64;
  return topology.period() > 0 ? topology.period() : kEnough;
}

std::optional<SumDefect> find_sum_defect(const Topology& topology, Side side) {
  for (std::int64_t step = 0; step < observed_steps(topology); ++step) {
    if (const auto defect = sum_defect_at(topology.at(step), step, side)) {
      return defect;
    }
  }
  return std::nullopt;
}

Status require_sums(const Topology& topology, Side side) {
  const auto defect = find_sum_defect(topology, side);
  if (!defect) {
    return Ok{};
  }
  const std::string at = topology.period() == 1 ? "" : fmt::format(" at step {}", defect->step);
  if (side == Side::kRows) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("the weights with which worker {} receives{} sum to {:.10g}, and "
                               "must sum to 1",
                               defect->worker,
                               at,
                               defect->sum)};
  }
  return Failure{FailureKind::kInvalid,
                 fmt::format("the shares that worker {} gives away and keeps{} sum to {:.10g}, and "
                             "must sum to 1 for push-sum (columns of the weights)",
                             defect->worker,
                             at,
                             defect->sum)};
}

bool is_connected(const Topology& topology) {
  Graph union_graph(topology.workers());
  for (std::int64_t step = 0; step < observed_steps(topology); ++step) {
    const MixingMatrix matrix = topology.at(step);
    for (int i = 0; i < matrix.workers(); ++i) {
      for (const Neighbor& neighbor : matrix.in(i)) {
        union_graph.send(neighbor.worker, i);
      }
    }
  }
  return is_strongly_connected(union_graph);
}

bool is_symmetric(const MixingMatrix& matrix) {
  for (int i = 0; i < matrix.workers(); ++i) {
    for (const Neighbor& neighbor : matrix.in(i)) {
      if (matrix.weight(neighbor.worker, i) != neighbor.weight) {
        return false;
      }
    }
  }
  return true;
}

bool is_symmetric(const Topology& topology) {
  for (std::int64_t step = 0; step < observed_steps(topology); ++step) {
    if (!is_symmetric(topology.at(step))) {
      return false;
    }
  }
  return true;
}

std::optional<double> smallest_eigenvalue(const Topology& topology) {
  if (!is_symmetric(topology)) {
    return std::nullopt;
  }
  double smallest = 1;
  for (std::int64_t step = 0; step < observed_steps(topology); ++step) {
    for (const auto& value : spectrum_of(topology.at(step).dense()).values) {
      smallest = std::min(smallest, value.real());
    }
  }
  return smallest;
}

Degrees degrees_of(const Topology& topology) {
  constexpr int kNone = std::numeric_limits<int>::max();
  Degrees degrees{.in_least = kNone, .in_most = 0, .out_least = kNone, .out_most = 0};
  for (std::int64_t step = 0; step < observed_steps(topology); ++step) {
    const MixingMatrix matrix = topology.at(step);
    std::vector<int> out(static_cast<std::size_t>(matrix.workers()), 0);
    for (int i = 0; i < matrix.workers(); ++i) {
      const auto in = static_cast<int>(matrix.in(i).size());
      degrees.in_least = std::min(degrees.in_least, in);
      degrees.in_most = std::max(degrees.in_most, in);
      for (const Neighbor& neighbor : matrix.in(i)) {
        ++out[static_cast<std::size_t>(neighbor.worker)];
      }
    }
    const auto [least, most] = std::minmax_element(out.begin(), out.end());
    degrees.out_least = std::min(degrees.out_least, *least);
    degrees.out_most = std::max(degrees.out_most, *most);
  }
  return degrees;
}

double messages_per_step(const Topology& topology) {
  const std::int64_t steps = observed_steps(topology);
  std::int64_t messages = 0;
  for (std::int64_t step = 0; step < steps; ++step) {
    messages += topology.at(step).edges();
  }
  return static_cast<double>(messages) / static_cast<double>(steps);
}

}  // namespace murmur::topology
