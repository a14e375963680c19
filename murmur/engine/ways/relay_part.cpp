// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/ways/relay_part.h"

#include <utility>

namespace murmur::engine {

std::vector<Strip> strips_of(const Layout& layout, std::size_t tree, std::size_t trees) {
  std::vector<Strip> strips;
  std::size_t number = 0;
  for (const TensorSlot& slot : layout.tensors()) {
    const std::size_t first = (tree + trees - number % trees) % trees;
    strips.push_back({slot.offset + first, slot.offset + slot.size, trees});
    number += slot.size;
  }
  return strips;
}

timing::Edges edges_of(const topology::Tree& tree) {
  std::vector<timing::Edge> edges;
  for (int worker = 0; worker < tree.workers(); ++worker) {
    const int above = tree.parent[static_cast<std::size_t>(worker)];
    if (above >= 0) {
      edges.push_back({.from = worker, .to = above});
      edges.push_back({.from = above, .to = worker});
    }
  }
  return {tree.workers(), std::move(edges)};
}

RelayPart relay_part(const topology::Tree& tree,
                     comm::WorkerRange local,
                     std::vector<Strip> strips,
                     std::size_t first_row) {
  RelayPart part{std::move(strips), std::vector<std::vector<int>>(tree.parent.size()), {}, {}};
  for (int worker = 0; worker < tree.workers(); ++worker) {
    const int above = tree.parent[static_cast<std::size_t>(worker)];
    if (above < 0) {
      continue;
    }
    part.below[static_cast<std::size_t>(above)].push_back(worker);
    if (local.contains(above) && !local.contains(worker)) {
      part.remote[worker] = first_row++;
    }
  }
  for (int worker = local.begin; worker < local.end; ++worker) {
    part.heard.push_back(topology::heard_by(tree, worker));
  }
  return part;
}

}  // namespace murmur::engine
