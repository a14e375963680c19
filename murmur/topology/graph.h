// SPDX-License-Identifier: Apache-2.0
// A directed graph without weights: which worker receives from which. INVARIANT: no duplicate edges
// and no self-loops among the edges. A self-loop is only recorded, for the weighting `loops`.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace murmur::topology {

class Graph {
 public:
  // A graph without edges. REQUIRES: workers >= 1.
  explicit Graph(int workers);

  int workers() const { return static_cast<int>(in_.size()); }
  // The workers from which `worker` receives, ascending.
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

// Whether every worker can reach every other in some number of steps.
bool is_strongly_connected(const Graph& graph);

// Parses a graph written as "0: 1 2 5 | 1: 2 | ...": links of the worker before the colon.
Graph parse_links(int workers, std::string_view links);

}  // namespace murmur::topology
