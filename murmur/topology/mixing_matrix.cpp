// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "murmur/core/check.h"
#include "murmur/topology/topology.h"

namespace murmur::topology {
namespace {

bool comes_before(const Neighbor& neighbor, int worker) {
  return neighbor.worker < worker;
}

}  // namespace

double MixingMatrix::weight(int to, int from) const {
  if (to == from) {
    return self(to);
  }
  const std::vector<Neighbor>& row = in(to);
  const auto found = std::lower_bound(row.begin(), row.end(), from, comes_before);
  return found != row.end() && found->worker == from ? found->weight : 0.0;
}

int MixingMatrix::out_degree(int worker) const {
  int count = 0;
  for (int to = 0; to < workers(); ++to) {
    count += to != worker && weight(to, worker) != 0 ? 1 : 0;
  }
  return count;
}

std::int64_t MixingMatrix::edges() const {
  std::int64_t count = 0;
  for (const std::vector<Neighbor>& row : in_) {
    count += static_cast<std::int64_t>(row.size());
  }
  return count;
}

std::vector<std::vector<double>> MixingMatrix::dense() const {
  const auto n = self_.size();
  std::vector<std::vector<double>> rows(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i) {
    rows[i][i] = self_[i];
    for (const Neighbor& neighbor : in_[i]) {
      rows[i][static_cast<std::size_t>(neighbor.worker)] = neighbor.weight;
    }
  }
  return rows;
}

void MixingMatrix::set_in(int worker, std::vector<Neighbor> neighbors) {
  std::erase_if(neighbors, [](const Neighbor& neighbor) { return neighbor.weight == 0; });
  std::sort(neighbors.begin(), neighbors.end(), [](const Neighbor& a, const Neighbor& b) {
    return a.worker < b.worker;
  });
  for (std::size_t k = 0; k < neighbors.size(); ++k) {
    const int from = neighbors[k].worker;
    MURMUR_CHECK(from >= 0 && from < workers() && from != worker,
                 "worker {} cannot have neighbor {} among {}",
                 worker,
                 from,
                 workers());
    MURMUR_CHECK(k == 0 || neighbors[k - 1].worker < from, "neighbor {} is there twice", from);
  }
  in_[static_cast<std::size_t>(worker)] = std::move(neighbors);
}

}  // namespace murmur::topology
