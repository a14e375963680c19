// SPDX-License-Identifier: Apache-2.0
// What a process knows of one of the trees of a relay: which parameters travel along it, who is
// below whom, and how many workers each has heard of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "murmur/comm/ownership.h"
#include "murmur/core/layout.h"
#include "murmur/timing/edges.h"
#include "murmur/topology/trees.h"

namespace murmur::engine {

// Coordinates begin, begin + stride, ... below end.
struct Strip {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t stride = 1;
};

struct RelayPart {
  std::vector<Strip> strips;
  std::vector<std::vector<int>> below;  // children of every worker, ascending
  // Of children elsewhere whose parents live here, in ascending order: the places of rows.
  std::map<int, std::size_t> remote;
  std::vector<std::vector<std::int64_t>> heard;  // per local worker, after 1, 2, ... steps
};

// The parameters of one of `trees` trees, dealt out in turn by their number in the model, not by
// their place in the row.
std::vector<Strip> strips_of(const Layout& layout, std::size_t tree, std::size_t trees);

// task(k) for every coordinate of the tree.
template <class Task>
void for_each_coordinate(const RelayPart& part, const Task& task) {
  for (const Strip& strip : part.strips) {
    for (std::size_t k = strip.begin; k < strip.end; k += strip.stride) {
      task(k);
    }
  }
}

// Both directions of every edge.
timing::Edges edges_of(const topology::Tree& tree);

// `first_row`: the place of the first remote child.
RelayPart relay_part(const topology::Tree& tree,
                     comm::WorkerRange local,
                     std::vector<Strip> strips,
                     std::size_t first_row);

}  // namespace murmur::engine
