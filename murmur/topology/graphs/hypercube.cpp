// SPDX-License-Identifier: Apache-2.0
// n = 2^L workers; i is linked to every i XOR 2^k, k = 0 .. L - 1.
#include <bit>

#include <fmt/format.h>

#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

TopologyResult make_hypercube(const Request& request) {
  const auto n = static_cast<unsigned>(request.workers);
  if (!std::has_single_bit(n)) {
    return invalid(
        fmt::format("'hypercube' needs a power of two as number of workers, not {}; {} or {} would "
                    "fit, or the topology 'exponential', which takes any number",
                    n,
                    std::bit_floor(n),
                    2 * std::bit_floor(n)));
  }
  Graph graph(request.workers);
  for (unsigned i = 0; i < n; ++i) {
    for (unsigned bit = 1; bit < n; bit *= 2) {
      graph.link(static_cast<int>(i), static_cast<int>(i ^ bit));
    }
  }
  return constant(request, graph);
}

}  // namespace

Registration hypercube() {
  return {.info = {.name = "hypercube",
                   .summary = "workers whose numbers differ in one binary digit are linked",
                   .options = undirected_options()},
          .make = make_hypercube};
}

}  // namespace murmur::topology
