// SPDX-License-Identifier: Apache-2.0
// Every pair of workers is linked with the same probability (Gilbert 1959). The graph is drawn
// once, and redrawn until it is connected.
#include <cmath>

#include <fmt/format.h>

#include "murmur/core/random.h"
#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

constexpr int kMostDraws = 1000;

// Enumerates pairs in order and skips geometrically distributed gaps between edges (Batagelj and
// Brandes 2005), so the cost is proportional to the number of edges.
Graph draw_pairs(int workers, double probability, RandomSequence& numbers) {
  Graph graph(workers);
  const double scale = 1.0 / std::log1p(-probability);  // 0 if every pair is linked: no gaps
  const double pairs = 0.5 * workers * (workers - 1.0);
  int i = 1;
  double j = -1;
  for (double seen = 0;;) {
    const double gap = 1 + std::floor(std::log(1.0 - numbers.uniform()) * scale);
    seen += gap;
    if (!(seen <= pairs)) {
      return graph;
    }
    j += gap;
    while (j >= i) {
      j -= i;
      ++i;
    }
    graph.link(static_cast<int>(j), i);
  }
}

TopologyResult make_erdos_renyi(const Request& request) {
  const int n = request.workers;
  const double probability = request.options.number("probability");
  RandomSequence numbers(Random(request.seed, Stream::kTopology));
  for (int draw = 0; draw < kMostDraws; ++draw) {
    const Graph graph = draw_pairs(n, probability, numbers);
    if (is_strongly_connected(graph)) {
      return constant(request, graph);
    }
  }
  return invalid(
      fmt::format("probability = {} is too small for {} workers: in {} draws no graph was "
                  "connected. Above ln(n)/n = {:.3g} most are",
                  probability,
                  n,
                  kMostDraws,
                  std::log(n) / n));
}

}  // namespace

Registration erdos_renyi() {
  const OptionInfo probability{.name = "probability",
                               .help = "of every pair of workers to be linked",
                               .fallback = 0.3,
                               .bounds = kProbability};
  return {
      .info = {.name = "erdos-renyi",
               .summary = "every pair is linked with the same probability; drawn until connected",
               .paper = "Gilbert (1959); Erdos, Renyi (1959)",
               .random = true,
               .options = undirected_options({probability})},
      .make = make_erdos_renyi};
}

}  // namespace murmur::topology
