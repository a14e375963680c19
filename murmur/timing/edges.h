// SPDX-License-Identifier: Apache-2.0
// The edges of one exchange, indexed by sender and by receiver.
#pragma once

#include <cstddef>
#include <vector>

namespace murmur::timing {

struct Edge {
  int from = 0;
  int to = 0;

  bool operator==(const Edge&) const = default;
};

class Edges {
 public:
  // REQUIRES: both ends of an edge are different workers in 0 .. workers - 1; no duplicates. Any
  // order.
  Edges(int workers, std::vector<Edge> edges);

  int workers() const { return static_cast<int>(first_out_.size()) - 1; }
  // Sorted by sender; for each sender i, by receiver in the cyclic order i + 1, i + 2, ...
  const std::vector<Edge>& all() const { return edges_; }
  // The edges of a sender are all()[k] for k from first_out(worker) below first_out(worker + 1).
  std::size_t first_out(int worker) const { return first_out_[static_cast<std::size_t>(worker)]; }
  // The edges of a receiver, in ascending order of senders, are all()[in_edge(k)] for k from
  // first_in(worker) below first_in(worker + 1).
  std::size_t first_in(int worker) const { return first_in_[static_cast<std::size_t>(worker)]; }
  std::size_t in_edge(std::size_t k) const { return in_edges_[k]; }

 private:
  std::vector<Edge> edges_;
  std::vector<std::size_t> first_out_;
  std::vector<std::size_t> first_in_;
  std::vector<std::size_t> in_edges_;
};

}  // namespace murmur::timing
