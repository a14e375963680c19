// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/d2_check.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "murmur/topology/analysis.h"
#include "murmur/topology/pauses.h"

namespace murmur::run {
namespace {

// D2 diverges if an eigenvalue of the weights is below -1/3, and does not converge if one equals
// -1/3. A ring of an even number of workers with weights of 1/3 has exactly this eigenvalue, so
// rounding errors must not decide.
constexpr double kD2Limit = -1.0 / 3.0;
constexpr double kD2Tolerance = 1e-9;

constexpr double kLazyLimit = -5.0 / 3.0;  // above it (1 + lambda) / 2 is above -1/3

bool has_option(const Config& config, const std::string& option) {
  return config.topology.choice.options.has(option);
}

std::optional<std::string> doubt_of_d2(const Config& config, const topology::Topology& graph) {
  const auto least = smallest_eigenvalue(graph);
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
  constexpr double kEnough = 1e100;  // before numbers overflow
  double after = before;
  for (int step = 0; step < steps && after < kEnough * before; ++step) {
    std::vector<double> ahead(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      ahead[i] = 2 * x[i] - previous[i];
    }
    previous = std::exchange(x, mixed(graph.at(step), ahead));
    after = std::max(disagreement(x), disagreement(previous));  // x alone may just have agreed
  }
  return after / before;
}

bool grows_under_d2(const topology::Topology& graph) {
  constexpr int kMixes = 256;
  constexpr double kMostEdges = 2e5;
  constexpr double kGrows = 10;
  const int steps = kMixes * static_cast<int>(std::min<std::int64_t>(mix_period(graph), 100));
  return messages_per_step(of_mixes(graph)) <= kMostEdges &&
         growth_under_d2(graph, steps) >= kGrows;
}

// Between two mixes every worker goes on with its last displacement.
std::optional<std::string> doubt_of_d2_between_mixes(const Config& config,
                                                     const topology::Topology& graph) {
  if (mix_period(graph) == 1 || graph.workers() == 1 || !grows_under_d2(graph)) {
    return std::nullopt;
  }
  return fmt::format(
      "'{}' drives the workers apart between two mixes: without gradients their "
      "disagreement grows. Take topology.period = 1, or an algorithm whose steps "
      "are local (\"dsgd\", \"qg-dsgdm-n\")",
      config.algorithm.choice.name);
}

// Weights that are not symmetric may have complex eigenvalues, so that there is no smallest one:
// the growth of the disagreement is simulated instead.
std::optional<std::string> doubt_of_d2_on_directed(const Config& config,
                                                   const topology::Topology& graph) {
  if (graph.workers() == 1 || is_symmetric(graph) || !grows_under_d2(graph)) {
    return std::nullopt;
  }
  return fmt::format(
      "'{}' drives the workers apart under these weights, which are not symmetric: "
      "without gradients their disagreement grows. {} (W replaced by (I + W)/2) may "
      "cure it",
      config.algorithm.choice.name,
      has_option(config, "lazy") ? "topology.lazy = true" : "Lazy weights");
}

}  // namespace

std::vector<std::string> doubts_of_d2(const Config& config, const topology::Topology& all_steps) {
  const std::string& algorithm = config.algorithm.choice.name;
  if (algorithm != "d2" && algorithm != "d2-plus" && algorithm != "edm" && algorithm != "led") {
    return {};
  }
  const topology::Topology& mixes = topology::of_mixes(all_steps);
  std::vector<std::string> found;
  for (const auto& doubt : {doubt_of_d2(config, mixes),
                            doubt_of_d2_on_directed(config, mixes),
                            doubt_of_d2_between_mixes(config, all_steps)}) {
    if (doubt) {
      found.push_back(*doubt);
    }
  }
  return found;
}

}  // namespace murmur::run
