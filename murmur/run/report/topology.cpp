// SPDX-License-Identifier: Apache-2.0
// The figure of a run's topology: its drawing, and how fast it mixes.
#include <cmath>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/run/report/figures.h"
#include "murmur/run/wiring/wiring.h"
#include "murmur/topology/draw.h"
#include "murmur/topology/pauses.h"
#include "murmur/topology/spectrum.h"

namespace murmur::run {
namespace {

constexpr int kMostWorkersForSpectrum = 256;
// Beyond this number dots can be told apart only if few lines lie between them.
constexpr int kMostWorkersForDrawing = 256;
constexpr int kMostWorkersForFewEdges = 1024;
constexpr std::int64_t kFewEdges = 4096;

bool can_be_drawn(const topology::MixingMatrix& matrix) {
  const int workers = matrix.workers();
  return workers <= kMostWorkersForDrawing ||
         (workers <= kMostWorkersForFewEdges && matrix.edges() <= kFewEdges);
}

// The mean number of neighbors from which a worker receives in a step.
double mean_degree(const topology::MixingMatrix& matrix) {
  return static_cast<double>(matrix.edges()) / matrix.workers();
}

// The consensus distance shrinks by the second largest modulus of an eigenvalue of the product over
// a period.
std::string speed_words(const topology::Topology& graph) {
  const std::int64_t period = graph.period();
  if (graph.workers() > kMostWorkersForSpectrum || period < 1 || period > 64) {
    return {};
  }
  const double modulus = topology::spectrum_of(topology::product(graph, 0, period)).modulus();
  const std::string over = period == 1 ? std::string("a step") : fmt::format("{} steps", period);
  if (modulus < 1e-9) {
    return fmt::format("mixing alone reaches the mean within {}", over);
  }
  return fmt::format("mixing alone shrinks disagreement by {} in {}", number_text(modulus), over);
}

}  // namespace

bool same_topology(const RunRecord& a, const RunRecord& b) {
  const auto key = [](const Config& config) {
    return std::tuple(config.topology.choice.name,
                      config.topology.choice.options.all(),
                      config.workers,
                      config.topology.seed);
  };
  return key(a.config) == key(b.config);
}

std::optional<Figure> topology_figure(const std::string& id, const Config& config) {
  std::shared_ptr<const topology::Topology> graph;
  try {
    graph = make_graph(config);
  } catch (const UserError&) {
    return std::nullopt;
  }
  const topology::Topology& mixes = topology::of_mixes(*graph);
  if (!can_be_drawn(mixes.at(0))) {
    return std::nullopt;
  }
  const Choice& choice = config.topology.choice;
  Figure figure{.title = fmt::format("Topology: {}", choice.name)};
  const std::int64_t period = topology::mix_period(*graph);
  figure.note = fmt::format("{} workers; each hears {} others {}",
                            config.workers,
                            number_text(mean_degree(mixes.at(0))),
                            period == 1 ? "in a step" : fmt::format("every {} steps", period));
  if (const std::string speed = speed_words(*graph); !speed.empty()) {
    figure.note += "; " + speed;
  }
  figure.picture_html = fmt::format("<div class=\"drawing\" id=\"{}\">{}</div>",
                                    id,
                                    draw_svg(choice.name, choice.options, mixes));
  return figure;
}

}  // namespace murmur::run
