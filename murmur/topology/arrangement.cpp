// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/arrangement.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "murmur/topology/graphs/grid.h"
#include "murmur/topology/pauses.h"

namespace murmur::topology {
namespace {

Place on_circle(int place, int count) {
  const double angle = 2 * std::numbers::pi * place / std::max(count, 1);
  return {0.5 + 0.5 * std::sin(angle), 0.5 - 0.5 * std::cos(angle)};
}

std::vector<Place> circle(int workers) {
  std::vector<Place> places;
  places.reserve(static_cast<std::size_t>(workers));
  for (int i = 0; i < workers; ++i) {
    places.push_back(on_circle(i, workers));
  }
  return places;
}

std::vector<Place> hub_and_circle(int workers) {
  std::vector<Place> places{{0.5, 0.5}};
  for (int i = 1; i < workers; ++i) {
    places.push_back(on_circle(i - 1, workers - 1));
  }
  return places;
}

Arrangement rectangle(int workers, int rows) {
  const int columns = workers / rows;
  std::vector<Place> places;
  places.reserve(static_cast<std::size_t>(workers));
  for (int i = 0; i < workers; ++i) {
    const int row = i / columns;
    places.push_back({static_cast<double>(i - row * columns), static_cast<double>(row)});
  }
  Arrangement arrangement = boxed(std::move(places));
  arrangement.columns = columns;
  return arrangement;
}

// Adds space on the left and at the bottom for the wrap-around edges.
Arrangement with_room_for_arcs(Arrangement arrangement) {
  constexpr double kRoom = 0.07;
  for (Place& place : arrangement.places) {
    place.x += kRoom;
  }
  arrangement.width += kRoom;
  arrangement.height += kRoom;
  return arrangement;
}

// Number of binary digits.
int digits(int number) {
  return static_cast<int>(std::bit_width(static_cast<unsigned>(number)));
}

// Worker 0 is above worker 1; every other worker is centered above its two children.
std::vector<Place> tree(int workers) {
  std::vector<Place> places{{0.5, 0.0}};
  const int levels = digits(workers - 1);
  for (int w = 1; w < workers; ++w) {
    const int level = digits(w);
    const int first = 1 << (level - 1);
    places.push_back({(w - first + 0.5) / first, 0.7 * level / std::max(levels, 1)});
  }
  return places;
}

// The first `left` workers are in the left column, the others in the right column.
std::vector<Place> two_columns(int workers, int left) {
  std::vector<Place> places;
  for (int i = 0; i < workers; ++i) {
    const bool is_left = i < left;
    const int count = is_left ? left : workers - left;
    const int place = is_left ? i : i - left;
    places.push_back({is_left ? 0.0 : 0.8, (place + 0.5) / count});
  }
  return places;
}

}  // namespace

Arrangement boxed(std::vector<Place> places) {
  const auto by_x = [](const Place& a, const Place& b) { return a.x < b.x; };
  const auto by_y = [](const Place& a, const Place& b) { return a.y < b.y; };
  const auto [left, right] = std::minmax_element(places.begin(), places.end(), by_x);
  const auto [top, bottom] = std::minmax_element(places.begin(), places.end(), by_y);
  const Place corner{left->x, top->y};
  const Place size{right->x - left->x, bottom->y - top->y};
  const double longer = std::max(size.x, size.y);
  const double scale = longer > 0 ? 1 / longer : 1;
  for (Place& place : places) {
    place = {(place.x - corner.x) * scale, (place.y - corner.y) * scale};
  }
  return {.places = std::move(places), .width = size.x * scale, .height = size.y * scale};
}

Arrangement arrange(const std::string& name,
                    const OptionValues& options,
                    const Topology& topology) {
  const int n = topology.workers();
  if (name == "grid" || name == "torus") {
    const auto rows = static_cast<int>(options.integer("rows"));
    const Arrangement arrangement = rectangle(n, rows == 0 ? most_square_rows(n) : rows);
    return name == "torus" ? with_room_for_arcs(arrangement) : arrangement;
  }
  if (name == "star") {
    return boxed(hub_and_circle(n));
  }
  if (name == "binary-tree") {
    return boxed(tree(n));
  }
  if (name == "social") {
    constexpr int kWomen = 18;
    return boxed(two_columns(n, kWomen));
  }
  if (name == "florentine" || name == "karate" || name == "les-miserables") {
    return boxed(arrange_by_distance(of_mixes(topology).at(0)));
  }
  return boxed(circle(n));
}

}  // namespace murmur::topology
