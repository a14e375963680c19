// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/matchings.h"

#include <algorithm>

namespace murmur::topology {
namespace {

// Colors of edges, of which at a worker no two are equal.
class Coloring {
 public:
  Coloring(int workers, int colors)
      : colors_(colors),
        at_(static_cast<std::size_t>(workers),
            std::vector<int>(static_cast<std::size_t>(colors), kNone)) {}

  int colors() const { return colors_; }
  // The neighbor over the edge of that color; kNone: the color is free.
  int neighbor(int worker, int color) const {
    return at_[static_cast<std::size_t>(worker)][static_cast<std::size_t>(color)];
  }
  bool is_free(int worker, int color) const { return neighbor(worker, color) == kNone; }
  int first_free(int worker) const {
    int color = 0;
    while (!is_free(worker, color)) {
      ++color;
    }
    return color;
  }
  int color_of(int a, int b) const {
    int color = 0;
    while (color < colors_ && neighbor(a, color) != b) {
      ++color;
    }
    return color;
  }
  void set(int a, int b, int color) {
    put(a, color, b);
    put(b, color, a);
  }
  void clear(int a, int b) {
    const int color = color_of(a, b);
    put(a, color, kNone);
    put(b, color, kNone);
  }

  static constexpr int kNone = -1;

 private:
  void put(int worker, int color, int neighbor) {
    at_[static_cast<std::size_t>(worker)][static_cast<std::size_t>(color)] = neighbor;
  }

  int colors_;
  std::vector<std::vector<int>> at_;  // worker x color
};

// Exchanges colors c and d along the path from a worker at which c is free.
void invert_path(Coloring& coloring, int from, int c, int d) {
  std::vector<int> path{from};
  for (int color = d; !coloring.is_free(path.back(), color); color = color == d ? c : d) {
    path.push_back(coloring.neighbor(path.back(), color));
  }
  for (std::size_t k = 0; k + 1 < path.size(); ++k) {
    coloring.clear(path[k], path[k + 1]);
  }
  for (std::size_t k = 0; k + 1 < path.size(); ++k) {
    coloring.set(path[k], path[k + 1], k % 2 == 0 ? c : d);
  }
}

// Neighbors of u from v on, each joined by a color that is free at the one before.
std::vector<int> fan_of(const Coloring& coloring, int u, int v) {
  std::vector<int> fan{v};
  for (bool grown = true; grown;) {
    grown = false;
    for (int color = 0; color < coloring.colors() && !grown; ++color) {
      const int next = coloring.neighbor(u, color);
      if (next != Coloring::kNone && coloring.is_free(fan.back(), color) &&
          std::find(fan.begin(), fan.end(), next) == fan.end()) {
        fan.push_back(next);
        grown = true;
      }
    }
  }
  return fan;
}

void color_edge(Coloring& coloring, int u, int v) {
  for (int color = 0; color < coloring.colors(); ++color) {
    if (coloring.is_free(u, color) && coloring.is_free(v, color)) {
      coloring.set(u, v, color);
      return;
    }
  }
  const std::vector<int> fan = fan_of(coloring, u, v);
  const int c = coloring.first_free(u);
  const int d = coloring.first_free(fan.back());
  invert_path(coloring, u, c, d);
  std::size_t last = 0;  // the first of the fan at which d is free; up to it the fan is one still
  while (!coloring.is_free(fan[last], d)) {
    ++last;
  }
  for (std::size_t k = 0; k < last; ++k) {
    const int color = coloring.color_of(u, fan[k + 1]);
    coloring.clear(u, fan[k + 1]);
    coloring.set(u, fan[k], color);
  }
  coloring.set(u, fan[last], d);
}

int largest_degree(const MixingMatrix& graph) {
  std::size_t most = 0;
  for (int i = 0; i < graph.workers(); ++i) {
    most = std::max(most, graph.in(i).size());
  }
  return static_cast<int>(most);
}

}  // namespace

std::vector<Matching> matchings_of(const MixingMatrix& graph) {
  Coloring coloring(graph.workers(), largest_degree(graph) + 1);
  for (int i = 0; i < graph.workers(); ++i) {
    for (const Neighbor& neighbor : graph.in(i)) {
      if (neighbor.worker > i) {
        color_edge(coloring, i, neighbor.worker);
      }
    }
  }
  std::vector<Matching> matchings(static_cast<std::size_t>(coloring.colors()));
  for (int i = 0; i < graph.workers(); ++i) {
    for (int color = 0; color < coloring.colors(); ++color) {
      const int other = coloring.neighbor(i, color);
      if (other > i) {
        matchings[static_cast<std::size_t>(color)].emplace_back(i, other);
      }
    }
  }
  std::erase_if(matchings, [](const Matching& matching) { return matching.empty(); });
  return matchings;
}

double MatchaPlan::expected_messages() const {
  double messages = 0;
  for (std::size_t j = 0; j < matchings.size(); ++j) {
    messages += 2 * probabilities[j] * static_cast<double>(matchings[j].size());
  }
  return messages;
}

}  // namespace murmur::topology
