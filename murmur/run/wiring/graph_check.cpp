// SPDX-License-Identifier: Apache-2.0
// Weights that an algorithm cannot mix with are refused, doubtful ones are warned of.
#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/run/wiring/wiring.h"
#include "murmur/topology/analysis.h"

namespace murmur::run {
namespace {

using topology::Side;

// D2 diverges where an eigenvalue of the weights is below -1/3, and does not converge on it. An
// even ring sits exactly there, so rounding must not decide.
constexpr double kD2Limit = -1.0 / 3.0;
constexpr double kD2Tolerance = 1e-9;

bool is_d2(const std::string& algorithm) {
  return algorithm == "d2" || algorithm == "d2-plus";
}

std::vector<std::string> doubts(const Config& config,
                                const topology::Topology& graph,
                                bool pushes) {
  std::vector<std::string> found;
  const auto column = pushes ? std::nullopt : find_sum_defect(graph, Side::kColumns);
  if (column) {
    found.push_back(
        fmt::format("mixing does not preserve the mean of the models: what the others take from "
                    "worker {} and what it keeps sum to {:.10g}, not to 1. On an undirected graph "
                    "topology.weighting = \"metropolis\" preserves it",
                    column->worker,
                    column->sum));
  }
  if (!is_connected(graph)) {
    found.push_back(
        "the graph is not connected, not even over a whole period: some workers never hear of one "
        "another, so their models need not agree");
  }
  const auto least =
      is_d2(config.algorithm.choice.name) ? smallest_eigenvalue(graph) : std::optional<double>();
  if (least && *least <= kD2Limit + kD2Tolerance) {
    found.push_back(
        fmt::format("'{}' needs every eigenvalue of the weights above -1/3, and the smallest is "
                    "{:.6f}: it may not converge. topology.lazy = true (W replaced by (I + W)/2) "
                    "cures it",
                    config.algorithm.choice.name,
                    *least));
  }
  return found;
}

}  // namespace

template <class S>
void require_usable_graph(const Config& config,
                          const topology::Topology& graph,
                          const Program<S>& program,
                          const Warn& warn) {
  if (!program.mixes()) {
    return;
  }
  const bool pushes = program.numerator().has_value();
  const Status sums = require_sums(graph, pushes ? Side::kColumns : Side::kRows);
  const std::string& name = config.topology.choice.name;
  if (!sums) {
    throw UserError(fmt::format("{}: topology '{}' does not go with algorithm '{}': {}",
                                config.topology.choice.place,
                                name,
                                config.algorithm.choice.name,
                                sums.failure().message));
  }
  for (const std::string& doubt : doubts(config, graph, pushes)) {
    if (warn) {
      warn(fmt::format("topology '{}' of {} workers: {}", name, config.workers, doubt));
    }
  }
}

template void require_usable_graph<float>(const Config&,
                                          const topology::Topology&,
                                          const Program<float>&,
                                          const Warn&);
template void require_usable_graph<double>(const Config&,
                                           const topology::Topology&,
                                           const Program<double>&,
                                           const Warn&);

}  // namespace murmur::run
