// SPDX-License-Identifier: Apache-2.0
// The trees along which relay methods send: of a topology that is a tree that tree, of one that is
// made of two both, of any other its breadth-first tree, neighbors in ascending order.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "murmur/topology/topology.h"

namespace murmur::topology {

struct Tree {
  std::vector<int> parent;  // per worker; of the root -1

  int workers() const { return static_cast<int>(parent.size()); }
  int root() const;
  // Neighbors of every worker, ascending.
  std::vector<std::vector<int>> neighbors() const;
};

// How many other workers a worker has heard of after 1, 2, ... steps of a relay, until it has heard
// of all: after t steps those at a distance of up to t.
std::vector<std::int64_t> heard_by(const Tree& tree, int worker);

// 1 + the mean delay of what is relayed, over all pairs: by that much a relay divides the rate.
double slowdown_of(const Tree& tree);

// The same topology, which says along which trees relays go.
std::shared_ptr<const Topology> with_trees(std::shared_ptr<const Topology> topology,
                                           std::vector<Tree> trees);

// Of one whose edges alone matter. REQUIRES: it is static, undirected and connected.
std::vector<Tree> trees_of(const Topology& topology);

// Whether the topology has edges beside those of its trees.
bool is_cut_down(const Topology& topology);

// The same with the breadth-first tree from `root` where trees_of() would take that from worker 0.
std::shared_ptr<const Topology> rooted_at(std::shared_ptr<const Topology> topology, int root);

}  // namespace murmur::topology
