// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/trees.h"

#include <algorithm>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/topology/pauses.h"

namespace murmur::topology {
namespace {

class WithTrees final : public Topology {
 public:
  WithTrees(std::shared_ptr<const Topology> topology, std::vector<Tree> trees)
      : topology_(std::move(topology)), trees_(std::move(trees)) {}

  int workers() const override { return topology_->workers(); }
  std::int64_t period() const override { return topology_->period(); }
  MixingMatrix at(std::int64_t step) const override { return topology_->at(step); }
  const std::vector<Tree>& trees() const { return trees_; }

 private:
  std::shared_ptr<const Topology> topology_;
  std::vector<Tree> trees_;
};

// Distances from a worker, and in which order the workers are reached.
struct Reached {
  std::vector<int> distance;  // -1: not reached
  std::vector<int> parent;
  std::vector<int> order;
};

template <class NeighborsOf>
Reached reach(int workers, int from, const NeighborsOf& neighbors_of) {
  const auto n = static_cast<std::size_t>(workers);
  Reached reached{std::vector<int>(n, -1), std::vector<int>(n, -1), {from}};
  reached.distance[static_cast<std::size_t>(from)] = 0;
  for (std::size_t k = 0; k < reached.order.size(); ++k) {
    const int worker = reached.order[k];
    for (const int next : neighbors_of(worker)) {
      int& distance = reached.distance[static_cast<std::size_t>(next)];
      if (distance < 0) {
        distance = reached.distance[static_cast<std::size_t>(worker)] + 1;
        reached.parent[static_cast<std::size_t>(next)] = worker;
        reached.order.push_back(next);
      }
    }
  }
  return reached;
}

Reached reach(const std::vector<std::vector<int>>& neighbors, int from) {
  return reach(
      static_cast<int>(neighbors.size()), from, [&](int worker) -> const auto& {
        return neighbors[static_cast<std::size_t>(worker)];
      });
}

Tree breadth_first_tree(const Topology& topology, int root) {
  const MixingMatrix matrix = of_mixes(topology).at(0);
  const Reached reached = reach(matrix.workers(), root, [&](int worker) {
    std::vector<int> neighbors;
    for (const Neighbor& neighbor : matrix.in(worker)) {
      neighbors.push_back(neighbor.worker);
    }
    return neighbors;
  });
  MURMUR_CHECK(reached.order.size() == reached.parent.size(), "the graph is not connected");
  return {reached.parent};
}

}  // namespace

int Tree::root() const {
  return static_cast<int>(std::find(parent.begin(), parent.end(), -1) - parent.begin());
}

std::vector<std::vector<int>> Tree::neighbors() const {
  std::vector<std::vector<int>> all(parent.size());
  for (int worker = 0; worker < workers(); ++worker) {
    const int above = parent[static_cast<std::size_t>(worker)];
    if (above >= 0) {
      all[static_cast<std::size_t>(worker)].push_back(above);
      all[static_cast<std::size_t>(above)].push_back(worker);
    }
  }
  for (std::vector<int>& neighbors : all) {
    std::sort(neighbors.begin(), neighbors.end());
  }
  return all;
}

std::vector<std::int64_t> heard_by(const Tree& tree, int worker) {
  const std::vector<int> distances = reach(tree.neighbors(), worker).distance;
  const int furthest = *std::max_element(distances.begin(), distances.end());
  std::vector<std::int64_t> heard(static_cast<std::size_t>(std::max(furthest, 1)), 0);
  for (const int distance : distances) {
    for (int steps = std::max(distance, 1); distance > 0 && steps <= furthest; ++steps) {
      ++heard[static_cast<std::size_t>(steps - 1)];
    }
  }
  return heard;
}

double slowdown_of(const Tree& tree) {
  const std::vector<std::vector<int>> neighbors = tree.neighbors();
  double delays = 0;
  for (int worker = 0; worker < tree.workers(); ++worker) {
    for (const int distance : reach(neighbors, worker).distance) {
      delays += std::max(distance - 1, 0);
    }
  }
  const auto n = static_cast<double>(tree.workers());
  return 1 + delays / (n * n);
}

std::shared_ptr<const Topology> with_trees(std::shared_ptr<const Topology> topology,
                                           std::vector<Tree> trees) {
  return std::make_shared<const WithTrees>(std::move(topology), std::move(trees));
}

std::vector<Tree> trees_of(const Topology& topology) {
  const auto* const known = dynamic_cast<const WithTrees*>(&topology);
  return known == nullptr ? std::vector<Tree>{breadth_first_tree(topology, 0)} : known->trees();
}

bool is_cut_down(const Topology& topology) {
  const auto* const known = dynamic_cast<const WithTrees*>(&topology);
  const std::int64_t edges = of_mixes(topology).at(0).edges();
  return (known == nullptr || known->trees().size() == 1) && edges > 2 * (topology.workers() - 1);
}

std::shared_ptr<const Topology> rooted_at(std::shared_ptr<const Topology> topology, int root) {
  if (dynamic_cast<const WithTrees*>(topology.get()) != nullptr) {
    return topology;
  }
  Tree tree = breadth_first_tree(*topology, root);
  return with_trees(std::move(topology), {std::move(tree)});
}

}  // namespace murmur::topology
