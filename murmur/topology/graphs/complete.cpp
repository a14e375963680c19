// SPDX-License-Identifier: Apache-2.0
// Complete graph: all weights are 1/n, so one step computes the exact average.
#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

TopologyResult make_complete(const Request& request) {
  Graph graph(request.workers);
  for (int i = 0; i < request.workers; ++i) {
    for (int j = 0; j < i; ++j) {
      graph.link(j, i);
    }
  }
  return constant(request, graph);
}

}  // namespace

Registration complete() {
  return {.info = {.name = "complete",
                   .summary = "everyone with everyone: one step averages exactly",
                   .options = undirected_options()},
          .make = make_complete};
}

}  // namespace murmur::topology
