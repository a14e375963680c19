// SPDX-License-Identifier: Apache-2.0
// Binary tree as in the RelaySum code (Vogels et al., NeurIPS 2021): worker 0 has the single child
// 1; worker w >= 1 has the parent floor(w / 2), and thus the children 2 w and 2 w + 1.
#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

TopologyResult make_binary_tree(const Request& request) {
  Graph graph(request.workers);
  for (int w = 1; w < request.workers; ++w) {
    graph.link(w, w / 2);
  }
  return constant(request, graph);
}

}  // namespace

Registration binary_tree() {
  return {.info = {.name = "binary-tree",
                   .summary = "worker 0 above 1; below every other worker w are 2 w and 2 w + 1",
                   .paper = "Vogels et al. (NeurIPS 2021)",
                   .options = undirected_options()},
          .make = make_binary_tree};
}

}  // namespace murmur::topology
