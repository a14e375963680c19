// SPDX-License-Identifier: Apache-2.0
// Refuses weights that an algorithm cannot mix with, and warns about questionable ones.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/engine/ways/named.h"
#include "murmur/run/text/names.h"
#include "murmur/run/wiring/d2_check.h"
#include "murmur/run/wiring/wiring.h"
#include "murmur/topology/analysis.h"
#include "murmur/topology/pauses.h"
#include "murmur/topology/trees.h"

namespace murmur::run {
namespace {

using topology::Side;

constexpr double kUnitTolerance = 1e-9;
constexpr std::int64_t kMostWorkersForSpectrum = 512;

bool has_option(const Config& config, const std::string& option) {
  return config.topology.choice.options.has(option);
}

// The weightings of the graph, in its order, that are in `wanted`, as TOML: "a" or "b".
std::string weightings(const Config& config, const std::vector<std::string>& wanted) {
  const topology::TopologyInfo* info = topology::find_topology(config.topology.choice.name);
  std::string found;
  for (const OptionInfo& option : info == nullptr ? std::vector<OptionInfo>{} : info->options) {
    for (const std::string& choice : option.choices) {
      if (option.name == "weighting" &&
          std::find(wanted.begin(), wanted.end(), choice) != wanted.end()) {
        found += fmt::format("{}\"{}\"", found.empty() ? "" : " or ", choice);
      }
    }
  }
  return found;
}

// Whether some worker receives from one to which it does not send, at one of the first steps.
bool is_directed(const topology::Topology& graph) {
  constexpr std::int64_t kSteps = 64;
  const std::int64_t steps = graph.period() > 0 ? std::min(graph.period(), kSteps) : kSteps;
  for (std::int64_t step = 0; step < steps; ++step) {
    const topology::MixingMatrix matrix = graph.at(step);
    for (int i = 0; i < matrix.workers(); ++i) {
      for (const topology::Neighbor& neighbor : matrix.in(i)) {
        if (matrix.weight(neighbor.worker, i) == 0) {
          return true;
        }
      }
    }
  }
  return false;
}

// The remedy for wrong sums, with options that this graph has.
std::string remedy_for_sums(const Config& config, bool pushes) {
  if (!has_option(config, "weighting")) {
    return pushes ? "Write topology.weights whose columns sum to 1"
                  : "Write topology.weights whose rows sum to 1, or take a push-sum algorithm";
  }
  return pushes ? "Take topology.weighting = \"out-degree\""
                : fmt::format("Take topology.weighting = {}, or a push-sum algorithm",
                              weightings(config, {"metropolis", "uniform", "max-degree"}));
}

// The remedy for a mean that is not preserved: symmetric weightings, whose columns sum to one like
// their rows.
std::string remedy_for_mean(const Config& config) {
  const topology::TopologyInfo* info = topology::find_topology(config.topology.choice.name);
  if (!has_option(config, "weighting")) {
    return "Write topology.weights whose columns sum to 1 as well, or only the columns and take a "
           "push-sum algorithm (\"sgp\")";
  }
  if (info != nullptr && info->directed) {
    return "Take topology.weighting = \"out-degree\" and a push-sum algorithm (\"sgp\")";
  }
  return fmt::format("Take topology.weighting = {}",
                     weightings(config, {"metropolis", "max-degree"}));
}

// Nonnegative weights that sum to one have no eigenvalue of modulus above 1; custom weights may.
std::optional<std::string> doubt_of_spectrum(const Config& config,
                                             const topology::Topology& graph) {
  if (config.topology.choice.name != "custom" || config.workers > kMostWorkersForSpectrum) {
    return std::nullopt;
  }
  const std::int64_t steps = observed_steps(graph);
  const double modulus = topology::spectrum_of(topology::product(graph, 0, steps)).modulus();
  const std::string over = steps == 1 ? "" : fmt::format(" (of the product of {} matrices)", steps);
  if (modulus > 1 + kUnitTolerance) {
    return fmt::format(
        "beside the 1 there is an eigenvalue of modulus {:.6g}{}: mixing drives the "
        "workers apart instead of together. Write topology.weights whose other "
        "eigenvalues have a modulus below 1, as weights that are not negative have",
        modulus,
        over);
  }
  if (modulus > 1 - kUnitTolerance && is_connected(graph)) {
    return fmt::format(
        "beside the 1 there is an eigenvalue of modulus 1{}: mixing never brings the "
        "workers together. Take topology.lazy = true (W replaced by (I + W)/2)",
        over);
  }
  return std::nullopt;
}

std::vector<std::string> static_topologies() {
  std::vector<std::string> names;
  for (const topology::TopologyInfo& info : topology::topologies()) {
    if (!info.varies) {
      names.push_back(info.name);
    }
  }
  return names;
}

// Exact diffusion and DecentLaM rely on the same weights at every step.
std::optional<std::string> doubt_of_change(const Config& config, const topology::Topology& graph) {
  constexpr std::array kNames{"decentlam", "edm", "led"};
  const std::string& name = config.algorithm.choice.name;
  if (graph.period() == 1 || std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
    return std::nullopt;
  }
  return fmt::format(
      "'{}' may diverge on a graph that changes from step to step. Take a static one, or an "
      "algorithm that stays stable there (\"momentum-tracking\", \"dsgd-gt\")",
      name);
}

// Requirements of an algorithm beside its graph: numbers of workers, and mixes at every step.
void require_usable_steps(const Config& config,
                          const topology::Topology& all_steps,
                          const Needs& needs) {
  const Choice& algorithm = config.algorithm.choice;
  if (algorithm.options.has("ports") && algorithm.options.integer("ports") == 1 &&
      config.workers > 1 && config.workers % 2 != 0) {
    throw UserError(fmt::format(
        "{}: algorithm.ports = 1 lets workers exchange in pairs, so their number must be even, not "
        "{}; take ports = 2, or {} or {} workers",
        algorithm.place,
        config.workers,
        config.workers - 1,
        config.workers + 1));
  }
  const std::int64_t period = topology::mix_period(all_steps);
  if (needs.every_step && period != 1) {
    throw UserError(fmt::format("{}: topology.period = {} does not go with '{}', {}. Allowed: 1",
                                config.topology.choice.place,
                                period,
                                algorithm.name,
                                algorithm.options.has("period")
                                    ? "which mixes at the end of its own rounds (algorithm.period)"
                                    : "which sends at every step"));
  }
}

std::vector<std::string> doubts(const Config& config,
                                const topology::Topology& all_steps,
                                bool pushes) {
  const topology::Topology& graph = topology::of_mixes(all_steps);
  std::vector<std::string> found;
  const auto column = pushes ? std::nullopt : find_sum_defect(graph, Side::kColumns);
  if (column) {
    found.push_back(
        fmt::format("mixing does not preserve the mean of the models: what the others take from "
                    "worker {} and what it keeps sum to {:.10g}, not to 1. {}",
                    column->worker,
                    column->sum,
                    remedy_for_mean(config)));
  }
  if (!is_connected(graph)) {
    found.push_back(
        "the graph is not connected, not even over a whole period: some workers never hear of one "
        "another, so their models need not agree. Add edges between them");
  }
  if (const auto doubt = doubt_of_spectrum(config, graph)) {
    found.push_back(*doubt);
  }
  if (const auto doubt = doubt_of_change(config, graph)) {
    found.push_back(*doubt);
  }
  for (const std::string& doubt : doubts_of_d2(config, all_steps)) {
    found.push_back(doubt);
  }
  return found;
}

}  // namespace

template <class S>
void require_usable_graph(const Config& config,
                          const topology::Topology& all_steps,
                          const Program<S>& program) {
  const topology::Topology& graph = topology::of_mixes(all_steps);
  require_usable_steps(config, all_steps, program.needs);
  if (!program.mixes()) {
    return;
  }
  if (program.needs_static_graph() && graph.period() != 1) {
    throw UserError(
        fmt::format("{}: topology.name = \"{}\" changes from step to step; '{}' needs a graph that "
                    "stays, since neighbors keep copies of one another. Take one of {}",
                    config.topology.choice.place,
                    config.topology.choice.name,
                    config.algorithm.choice.name,
                    join_names(static_topologies())));
  }
  if (engine::needs_undirected_graph(program) && is_directed(graph)) {
    throw UserError(
        fmt::format("{}: topology.name = \"{}\" is directed here; '{}' needs an undirected graph. "
                    "Take for example \"ring\"",
                    config.topology.choice.place,
                    config.topology.choice.name,
                    config.algorithm.choice.name));
  }
  if (engine::fields_of_edges(program) != 0 && !is_connected(graph)) {
    throw UserError(
        fmt::format("{}: topology.name = \"{}\" is not connected here; '{}' relays along a tree of "
                    "all workers. Add edges",
                    config.topology.choice.place,
                    config.topology.choice.name,
                    config.algorithm.choice.name));
  }
  const bool pushes = program.numerator().has_value();
  if (const Status sums = require_sums(graph, pushes ? Side::kColumns : Side::kRows); !sums) {
    throw UserError(fmt::format("{}: topology '{}' does not go with algorithm '{}': {}. {}",
                                config.topology.choice.place,
                                config.topology.choice.name,
                                config.algorithm.choice.name,
                                sums.failure().message,
                                remedy_for_sums(config, pushes)));
  }
}

template <class S>
void warn_of_graph(const Config& config,
                   const topology::Topology& graph,
                   const Program<S>& program,
                   const Warn& warn) {
  if (!program.mixes()) {
    return;
  }
  std::vector<std::string> found = doubts(config, graph, program.numerator().has_value());
  if (engine::fields_of_edges(program) != 0 && topology::is_cut_down(graph)) {
    found.push_back(fmt::format(
        "it is no tree, so '{}' goes along its breadth-first tree from worker {}: {} of its {} "
        "edges. Take a tree, such as \"binary-tree\" or \"double-binary-trees\"",
        config.algorithm.choice.name,
        config.algorithm.choice.options.integer("root"),
        config.workers - 1,
        graph.at(0).edges() / 2));
  }
  for (const std::string& doubt : found) {
    warn(fmt::format("topology.name = \"{}\" of {} workers: {}",
                     config.topology.choice.name,
                     config.workers,
                     doubt));
  }
}

template void require_usable_graph<float>(const Config&,
                                          const topology::Topology&,
                                          const Program<float>&);
template void require_usable_graph<double>(const Config&,
                                           const topology::Topology&,
                                           const Program<double>&);
template void warn_of_graph<float>(const Config&,
                                   const topology::Topology&,
                                   const Program<float>&,
                                   const Warn&);
template void warn_of_graph<double>(const Config&,
                                    const topology::Topology&,
                                    const Program<double>&,
                                    const Warn&);

}  // namespace murmur::run
