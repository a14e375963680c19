// SPDX-License-Identifier: Apache-2.0
// Who hears whom, before there are weights. INVARIANT: edges that coincide are one edge, and one
// that leads to its own worker is none: it is only remembered as a loop, for the weighting `loops`.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace murmur::topology {

class Graph {
 public:
  // REQUIRES: workers >= 1. Nobody hears anybody.
  explicit Graph(int workers);

  int workers() const { return static_cast<int>(in_.size()); }
  // Whom `worker` hears, ascending.
  const std::vector<int>& in(int worker) const { return in_[static_cast<std::size_t>(worker)]; }
  int in_degree(int worker) const { return static_cast<int>(in(worker).size()); }
  bool loop(int worker) const { return loop_[static_cast<std::size_t>(worker)]; }
  std::vector<int> out_degrees() const;

  void send(int from, int to);
  void link(int a, int b) {
    send(a, b);
    send(b, a);
  }

 private:
  std::vector<std::vector<int>> in_;
  std::vector<bool> loop_;
};

// Whether what one worker says can reach every other, in any number of steps.
bool is_strongly_connected(const Graph& graph);

// A graph written as "0: 1 2 5 | 1: 2 | ...": links of the worker before the colon.
Graph parse_links(int workers, std::string_view links);

}  // namespace murmur::topology
