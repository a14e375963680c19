// SPDX-License-Identifier: Apache-2.0
#include "murmur/timing/edges.h"

#include <algorithm>
#include <utility>

#include "murmur/core/check.h"

namespace murmur::timing {

Edges::Edges(int workers, std::vector<Edge> edges)
    : edges_(std::move(edges)),
      first_out_(static_cast<std::size_t>(workers) + 1),
      first_in_(static_cast<std::size_t>(workers) + 1),
      in_edges_(edges_.size()) {
  const auto order = [workers](const Edge& edge) {
    return std::pair(edge.from, (edge.to - edge.from + workers) % workers);
  };
  std::sort(edges_.begin(), edges_.end(), [&](const Edge& a, const Edge& b) {
    return order(a) < order(b);
  });
  for (std::size_t k = 0; k < edges_.size(); ++k) {
    const Edge edge = edges_[k];
    MURMUR_CHECK(std::min(edge.from, edge.to) >= 0 && std::max(edge.from, edge.to) < workers &&
                     edge.from != edge.to && (k == 0 || edges_[k - 1] != edge),
                 "edge {} -> {} among {}",
                 edge.from,
                 edge.to,
                 workers);
    ++first_out_[static_cast<std::size_t>(edge.from) + 1];
    ++first_in_[static_cast<std::size_t>(edge.to) + 1];
  }
  for (std::size_t i = 1; i < first_out_.size(); ++i) {
    first_out_[i] += first_out_[i - 1];
    first_in_[i] += first_in_[i - 1];
  }
  std::vector<std::size_t> next = first_in_;
  for (std::size_t k = 0; k < edges_.size(); ++k) {
    in_edges_[next[static_cast<std::size_t>(edges_[k].to)]++] = k;
  }
}

}  // namespace murmur::timing
