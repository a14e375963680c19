// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/graph_check.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace murmur::run {
namespace {

using topology::MixingMatrix;
using topology::Neighbor;

constexpr double kTolerance = 1e-9;
// A graph that never repeats is judged by so many steps; a long period by its beginning.
constexpr std::int64_t kUnendingSteps = 64;
constexpr std::int64_t kMostSteps = 256;

std::vector<MixingMatrix> matrices(const topology::Topology& topology) {
  const std::int64_t period = topology.period();
  const std::int64_t count = period == 0 ? kUnendingSteps : std::min(period, kMostSteps);
  std::vector<MixingMatrix> all;
  for (std::int64_t step = 0; step < count; ++step) {
    all.push_back(topology.at(step));
  }
  return all;
}

std::optional<std::string> wrong_row(const MixingMatrix& w) {
  for (int i = 0; i < w.workers(); ++i) {
    double sum = w.self(i);
    for (const Neighbor& neighbor : w.in(i)) {
      sum += neighbor.weight;
    }
    if (!(std::abs(sum - 1) <= kTolerance)) {
      return fmt::format(
          "the weights of worker {} sum to {}, not to 1, so mixing would scale its model; take "
          "topology.weighting = \"uniform\" or \"metropolis\", or mend the matrix",
          i,
          sum);
    }
  }
  return std::nullopt;
}

std::optional<std::string> wrong_column(const MixingMatrix& w) {
  std::vector<double> sums(static_cast<std::size_t>(w.workers()));
  for (int i = 0; i < w.workers(); ++i) {
    sums[static_cast<std::size_t>(i)] += w.self(i);
    for (const Neighbor& neighbor : w.in(i)) {
      sums[static_cast<std::size_t>(neighbor.worker)] += neighbor.weight;
    }
  }
  const auto wrong = std::find_if(
      sums.begin(), sums.end(), [](double sum) { return !(std::abs(sum - 1) <= kTolerance); });
  if (wrong == sums.end()) {
    return std::nullopt;
  }
  return fmt::format(
      "mixing does not preserve the mean: what the others take from worker {} sums to {}, not to "
      "1; "
      "topology.weighting = \"metropolis\" preserves it on an undirected graph",
      wrong - sums.begin(),
      *wrong);
}

// Who is reached from worker 0, along the edges or against them.
std::size_t reached(const std::vector<std::vector<int>>& edges) {
  std::vector<bool> seen(edges.size(), false);
  std::vector<int> waiting{0};
  seen[0] = true;
  std::size_t count = 1;
  while (!waiting.empty()) {
    const auto here = static_cast<std::size_t>(waiting.back());
    waiting.pop_back();
    for (const int next : edges[here]) {
      if (!seen[static_cast<std::size_t>(next)]) {
        seen[static_cast<std::size_t>(next)] = true;
        ++count;
        waiting.push_back(next);
      }
    }
  }
  return count;
}

double mean_degree(const std::vector<MixingMatrix>& steps) {
  double edges = 0;
  for (const MixingMatrix& w : steps) {
    edges += static_cast<double>(w.edges()) / w.workers();
  }
  return edges / static_cast<double>(steps.size());
}

template <class Check>
std::optional<std::string> first(const std::vector<MixingMatrix>& steps, const Check& check) {
  for (const MixingMatrix& w : steps) {
    if (auto found = check(w)) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_connected(const std::vector<MixingMatrix>& steps) {
  const auto workers = static_cast<std::size_t>(steps.front().workers());
  std::vector<std::vector<int>> along(workers);
  std::vector<std::vector<int>> against(workers);
  for (const MixingMatrix& w : steps) {
    for (int i = 0; i < w.workers(); ++i) {
      for (const Neighbor& neighbor : w.in(i)) {
        along[static_cast<std::size_t>(neighbor.worker)].push_back(i);
        against[static_cast<std::size_t>(i)].push_back(neighbor.worker);
      }
    }
  }
  return reached(along) == workers && reached(against) == workers;
}

GraphCheck check_graph(const topology::Topology& topology, [[maybe_unused]] bool needs_spectrum) {
  const std::vector<MixingMatrix> steps = matrices(topology);
  GraphCheck check;
  check.degree = mean_degree(steps);
  check.refusal = first(steps, wrong_row);
  if (check.refusal) {
    return check;
  }
  if (const auto column = first(steps, wrong_column)) {
    check.warnings.push_back(*column);
  }
  if (!is_connected(steps)) {
    check.warnings.push_back(
        "the graph is not connected: some workers never hear of each other, not even over a whole "
        "period, so their models cannot agree");
  }
  return check;
}

}  // namespace murmur::run
