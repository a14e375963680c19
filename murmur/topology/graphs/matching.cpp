// SPDX-License-Identifier: Apache-2.0
// Matchings: at every step a worker is paired with at most one other, and both average their
// models.
//
//   bipartite-one-peer  n even; odd i with i + 2^p - 1 modulo n, p = 1 .. floor(log2(n - 1))
//                       cyclically (Lin et al., ICML 2021); for n = 4 this is a single matching,
//                       which is not connected
//   random-matching     a new perfect matching at every step; if n is odd, one worker is unpaired
#include <cstdint>

#include <fmt/format.h>

#include "murmur/core/random.h"
#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

Graph odd_to_even(int workers, std::int64_t distance) {
  Graph graph(workers);
  for (std::int64_t i = 1; i < workers; i += 2) {
    graph.link(static_cast<int>(i), static_cast<int>((i + distance) % workers));
  }
  return graph;
}

TopologyResult make_bipartite(const Request& request) {
  const int n = request.workers;
  if (n == 1) {
    return constant(request, Graph(1));
  }
  if (n % 2 != 0) {
    return invalid(
        fmt::format("'bipartite-one-peer' pairs odd workers with even ones, so the number of "
                    "workers must be even, not {}; {} or {} would fit, or the topology "
                    "'random-matching', which takes any number",
                    n,
                    n - 1,
                    n + 1));
  }
  std::int64_t length = 1;
  while ((std::int64_t{2} << length) <= n - 1) {
    ++length;
  }
  const std::int64_t first = request.options.integer("first_hop");
  return varying(request, length, [=](std::int64_t step) {
    const std::int64_t p = 1 + (step + first) % length;
    return odd_to_even(n, (std::int64_t{1} << p) - 1);
  });
}

Graph random_pairs(int workers, const Random& random) {
  const auto order = permutation(workers, random);
  Graph graph(workers);
  for (std::size_t k = 0; k + 1 < order.size(); k += 2) {
    graph.link(static_cast<int>(order[k]), static_cast<int>(order[k + 1]));
  }
  return graph;
}

TopologyResult make_random(const Request& request) {
  const int n = request.workers;
  const std::uint64_t seed = request.seed;
  return varying(request, n <= 2 ? 1 : 0, [n, seed](std::int64_t step) {
    return random_pairs(n, Random(seed, Stream::kTopology, 0, step));
  });
}

}  // namespace

Registration bipartite_one_peer() {
  return {
      .info = {.name = "bipartite-one-peer",
               .summary = "pairs of an odd and an even worker: i and i + 1, then i + 3, i + 7, ...",
               .paper = "Lin, Karimireddy, Stich, Jaggi (ICML 2021)",
               .varies = true,
               .options = undirected_options({first_hop_option()})},
      .make = make_bipartite};
}

Registration random_matching() {
  return {.info = {.name = "random-matching",
                   .summary = "new random pairs at every step",
                   .varies = true,
                   .random = true,
                   .options = undirected_options()},
          .make = make_random};
}

}  // namespace murmur::topology
