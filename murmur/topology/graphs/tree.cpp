// SPDX-License-Identifier: Apache-2.0
// Binary trees as in the RelaySum code (Vogels et al., NeurIPS 2021): worker 0 has the single child
// 1; worker w >= 1 has the parent floor(w / 2), and thus the children 2 w and 2 w + 1.
// double-binary-trees is that tree and the same with worker w renamed n - 1 - w: for gossip the
// union of their edges; relay methods send one half of the parameters along each (trees.h).
#include "murmur/topology/registry.h"
#include "murmur/topology/trees.h"

namespace murmur::topology {
namespace {

TopologyResult make_binary_tree(const Request& request) {
  Graph graph(request.workers);
  for (int w = 1; w < request.workers; ++w) {
    graph.link(w, w / 2);
  }
  return constant(request, graph);
}

TopologyResult make_double_binary_trees(const Request& request) {
  const int n = request.workers;
  Graph graph(n);
  std::vector<Tree> trees(n > 1 ? 2 : 1, Tree{std::vector<int>(static_cast<std::size_t>(n), -1)});
  for (int w = 1; w < n; ++w) {
    graph.link(w, w / 2);
    graph.link(n - 1 - w, n - 1 - w / 2);
    trees[0].parent[static_cast<std::size_t>(w)] = w / 2;
    trees[1].parent[static_cast<std::size_t>(n - 1 - w)] = n - 1 - w / 2;
  }
  return with_trees(constant(request, graph), std::move(trees));
}

}  // namespace

Registration binary_tree() {
  return {.info = {.name = "binary-tree",
                   .summary = "worker 0 above 1; below every other worker w are 2 w and 2 w + 1",
                   .paper = "Vogels et al. (NeurIPS 2021)",
                   .options = undirected_options()},
          .make = make_binary_tree};
}

Registration double_binary_trees() {
  return {.info = {.name = "double-binary-trees",
                   .summary = "a binary tree, and the same with the workers in reverse order",
                   .paper = "Vogels et al. (NeurIPS 2021)",
                   .options = undirected_options()},
          .make = make_double_binary_trees};
}

}  // namespace murmur::topology
