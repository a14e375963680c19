// SPDX-License-Identifier: Apache-2.0
// Stress: sum over pairs of (distance in the drawing - distance in the graph)^2 / (distance in the
// graph)^2. Each round of majorization moves each worker to the weighted mean of the positions that
// the others assign to it, each at the target distance in its current direction. The stress never
// increases.
#include <cmath>
#include <numbers>

#include "murmur/topology/arrangement.h"

namespace murmur::topology {
namespace {

using Distances = std::vector<std::vector<int>>;

// Number of edges on the shortest path; n if there is none.
std::vector<int> distances_from(const MixingMatrix& matrix, int start) {
  const int n = matrix.workers();
  std::vector<int> distance(static_cast<std::size_t>(n), n);
  std::vector<int> queue{start};
  distance[static_cast<std::size_t>(start)] = 0;
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const int here = queue[next];
    for (const Neighbor& neighbor : matrix.in(here)) {
      int& there = distance[static_cast<std::size_t>(neighbor.worker)];
      if (there == n) {
        there = distance[static_cast<std::size_t>(here)] + 1;
        queue.push_back(neighbor.worker);
      }
    }
  }
  return distance;
}

Place moved(const std::vector<Place>& places, std::size_t i, const std::vector<int>& wanted) {
  Place sum;
  double weights = 0;
  for (std::size_t j = 0; j < places.size(); ++j) {
    if (j == i) {
      continue;
    }
    const Place apart{places[i].x - places[j].x, places[i].y - places[j].y};
    const double length = std::hypot(apart.x, apart.y);
    const double stretch = length > 0 ? wanted[j] / length : 0;
    const double weight = 1.0 / (wanted[j] * wanted[j]);
    sum.x += weight * (places[j].x + stretch * apart.x);
    sum.y += weight * (places[j].y + stretch * apart.y);
    weights += weight;
  }
  return weights > 0 ? Place{sum.x / weights, sum.y / weights} : places[i];
}

}  // namespace

std::vector<Place> arrange_by_distance(const MixingMatrix& matrix) {
  constexpr int kRounds = 400;
  const int n = matrix.workers();
  Distances wanted;
  std::vector<Place> places;
  for (int i = 0; i < n; ++i) {
    const double angle = 2 * std::numbers::pi * i / n;
    places.push_back({std::sin(angle), -std::cos(angle)});
    wanted.push_back(distances_from(matrix, i));
  }
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      places[i] = moved(places, i, wanted[i]);
    }
  }
  return places;
}

}  // namespace murmur::topology
