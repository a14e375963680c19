// SPDX-License-Identifier: Apache-2.0
// The Dyck graph: 32 workers with three neighbors each, on a circle 0 .. 31 with a chord from i to
// i + 5, i - 5, i + 13, i - 13 for i mod 4 = 0, 1, 2, 3.
#include <array>

#include <fmt/format.h>

#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

constexpr int kWorkers = 32;

TopologyResult make_dyck(const Request& request) {
  if (request.workers != kWorkers) {
    return invalid(
        fmt::format("'dyck' is one graph of {} workers, not of {}; 'random-regular' with "
                    "degree = 3 takes any even number",
                    kWorkers,
                    request.workers));
  }
  constexpr std::array kChords{5, -5, 13, -13};
  Graph graph(kWorkers);
  for (int i = 0; i < kWorkers; ++i) {
    graph.link(i, (i + 1) % kWorkers);
    graph.link(i, (i + kChords[static_cast<std::size_t>(i % 4)] + kWorkers) % kWorkers);
  }
  return constant(request, graph);
}

}  // namespace

Registration dyck() {
  return {.info = {.name = "dyck",
                   .summary = "32 workers with three neighbors each",
                   .paper = "Dyck (1881)",
                   .typical_workers = kWorkers,
                   .options = undirected_options()},
          .make = make_dyck};
}

}  // namespace murmur::topology
