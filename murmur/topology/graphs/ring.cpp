// SPDX-License-Identifier: Apache-2.0
// Rings. Worker i is linked to i - 1 and i + 1 (modulo n). In the extended ring it is also linked
// to i + n/2. The random ring has a new random order of the workers at every step.
#include <fmt/format.h>

#include "murmur/core/random.h"
#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

Graph ring_of(int workers) {
  Graph graph(workers);
  for (int i = 0; i < workers; ++i) {
    graph.link(i, (i + 1) % workers);
  }
  return graph;
}

TopologyResult make_ring(const Request& request) {
  return constant(request, ring_of(request.workers));
}

TopologyResult make_ring_extended(const Request& request) {
  const int n = request.workers;
  Graph graph = ring_of(n);
  if (n == 1) {
    return constant(request, graph);
  }
  if (n % 2 != 0) {
    return invalid(
        fmt::format("'ring-extended' links every worker to the one opposite, so the number of "
                    "workers must be even, not {}; {} or {} would fit",
                    n,
                    n - 1,
                    n + 1));
  }
  for (int i = 0; i < n / 2; ++i) {
    graph.link(i, i + n / 2);
  }
  return constant(request, graph);
}

Graph shuffled_ring(int workers, const Random& random) {
  const auto order = permutation(workers, random);
  Graph graph(workers);
  for (std::size_t k = 0; k < order.size(); ++k) {
    graph.link(static_cast<int>(order[k]), static_cast<int>(order[(k + 1) % order.size()]));
  }
  return graph;
}

TopologyResult make_random_ring(const Request& request) {
  const int n = request.workers;
  const std::uint64_t seed = request.seed;
  constexpr int kSameInEveryOrder = 3;
  return varying(request, n <= kSameInEveryOrder ? 1 : 0, [n, seed](std::int64_t step) {
    return shuffled_ring(n, Random(seed, Stream::kTopology, 0, step));
  });
}

}  // namespace

Registration ring() {
  return {.info = {.name = "ring",
                   .summary = "every worker and its two neighbors on a circle",
                   .options = undirected_options()},
          .make = make_ring};
}

Registration ring_extended() {
  return {.info = {.name = "ring-extended",
                   .summary = "a ring in which every worker also talks to the one opposite",
                   .paper = "Lin, Karimireddy, Stich, Jaggi (ICML 2021)",
                   .options = undirected_options()},
          .make = make_ring_extended};
}

Registration random_ring() {
  return {.info = {.name = "random-ring",
                   .summary = "a ring whose workers change places at every step",
                   .paper = "Lin, Karimireddy, Stich, Jaggi (ICML 2021)",
                   .varies = true,
                   .random = true,
                   .options = undirected_options()},
          .make = make_random_ring};
}

}  // namespace murmur::topology
