// SPDX-License-Identifier: Apache-2.0
// Refuses weights that an algorithm cannot mix with, and warns about questionable ones.
#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/engine/ways/named.h"
#include "murmur/run/text/names.h"
#include "murmur/run/wiring/wiring.h"
#include "murmur/topology/analysis.h"

namespace murmur::run {
namespace {

using topology::Side;

// D2 diverges if an eigenvalue of the weights is below -1/3, and does not converge if one equals
// -1/3. A ring of an even number of workers with weights of 1/3 has exactly this eigenvalue, so
// rounding errors must not decide.
constexpr double kD2Limit = -1.0 / 3.0;
constexpr double kD2Tolerance = 1e-9;

constexpr double kLazyLimit = -5.0 / 3.0;  // above it (1 + lambda) / 2 is above -1/3

constexpr double kUnitTolerance = 1e-9;
constexpr std::int64_t kMostWorkersForSpectrum = 512;

bool is_d2(const std::string& algorithm) {
  return algorithm == "d2" || algorithm == "d2-plus";
}

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

std::optional<std::string> doubt_of_d2(const Config& config, const topology::Topology& graph) {
  const auto least =
      is_d2(config.algorithm.choice.name) ? smallest_eigenvalue(graph) : std::optional<double>();
  if (!least || *least > kD2Limit + kD2Tolerance) {
    return std::nullopt;
  }
  return fmt::format(
      "'{}' needs every eigenvalue of the weights above -1/3, and the smallest is "
      "{:.6f}: it may not converge. {} (W replaced by (I + W)/2) {}",
      config.algorithm.choice.name,
      *least,
      has_option(config, "lazy") ? "topology.lazy = true" : "Lazy weights",
      *least > kLazyLimit ? "cures it" : "helps");
}

// x <- W v. REQUIRES: `v` has one number per worker.
std::vector<double> mixed(const topology::MixingMatrix& w, const std::vector<double>& v) {
  std::vector<double> x(v.size());
  for (int i = 0; i < w.workers(); ++i) {
    double sum = w.self(i) * v[static_cast<std::size_t>(i)];
    for (const topology::Neighbor& neighbor : w.in(i)) {
      sum += neighbor.weight * v[static_cast<std::size_t>(neighbor.worker)];
    }
    x[static_cast<std::size_t>(i)] = sum;
  }
  return x;
}

double disagreement(const std::vector<double>& x) {
  const auto [least, most] = std::minmax_element(x.begin(), x.end());
  return *most - *least;
}

// The factor by which the disagreement grows in `steps` steps of x'' <- W (2 x' - x), which is what
// D2 does to it without gradients.
double growth_under_d2(const topology::Topology& graph, int steps) {
  std::vector<double> previous(static_cast<std::size_t>(graph.workers()));
  for (std::size_t i = 0; i < previous.size(); ++i) {
    previous[i] = std::sin(static_cast<double>(i + 1));
  }
  const double before = disagreement(previous);
  std::vector<double> x = previous;
  for (int step = 0; step < steps; ++step) {
    std::vector<double> ahead(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      ahead[i] = 2 * x[i] - previous[i];
    }
    previous = std::exchange(x, mixed(graph.at(step), ahead));
  }
  return disagreement(x) / before;
}

// Weights that are not symmetric may have complex eigenvalues, so that there is no smallest one:
// the growth of the disagreement is simulated instead.
std::optional<std::string> doubt_of_d2_on_directed(const Config& config,
                                                   const topology::Topology& graph) {
  constexpr int kSteps = 256;
  constexpr double kMostEdges = 2e5;
  constexpr double kGrows = 10;
  if (!is_d2(config.algorithm.choice.name) || graph.workers() == 1 || is_symmetric(graph) ||
      messages_per_step(graph) > kMostEdges || growth_under_d2(graph, kSteps) < kGrows) {
    return std::nullopt;
  }
  return fmt::format(
      "'{}' drives the workers apart under these weights, which are not symmetric: "
      "without gradients their disagreement grows. {} (W replaced by (I + W)/2) may "
      "cure it",
      config.algorithm.choice.name,
      has_option(config, "lazy") ? "topology.lazy = true" : "Lazy weights");
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

std::vector<std::string> doubts(const Config& config,
                                const topology::Topology& graph,
                                bool pushes) {
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
  for (const auto& doubt : {doubt_of_spectrum(config, graph),
                            doubt_of_d2(config, graph),
                            doubt_of_d2_on_directed(config, graph)}) {
    if (doubt) {
      found.push_back(*doubt);
    }
  }
  return found;
}

}  // namespace

template <class S>
void require_usable_graph(const Config& config,
                          const topology::Topology& graph,
                          const Program<S>& program) {
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
        fmt::format("{}: topology.name = \"{}\" is directed here; '{}' needs an undirected graph, "
                    "since neighbors answer. Take for example \"ring\"",
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
  for (const std::string& doubt : doubts(config, graph, program.numerator().has_value())) {
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
