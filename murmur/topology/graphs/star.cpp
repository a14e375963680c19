// SPDX-License-Identifier: Apache-2.0
// Worker 0 is the hub, linked to all other workers; there are no other links.
#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

TopologyResult make_star(const Request& request) {
  Graph graph(request.workers);
  for (int i = 1; i < request.workers; ++i) {
    graph.link(0, i);
  }
  return constant(request, graph);
}

}  // namespace

Registration star() {
  return {.info = {.name = "star",
                   .summary = "worker 0 in the middle, linked to all others",
                   .options = undirected_options()},
          .make = make_star};
}

}  // namespace murmur::topology
