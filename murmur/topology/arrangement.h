// SPDX-License-Identifier: Apache-2.0
// Where the workers of a drawing stand: on a circle, but where a topology has a shape of its own.
#pragma once

#include <string>
#include <vector>

#include "murmur/core/options.h"
#include "murmur/topology/topology.h"

namespace murmur::topology {

struct Place {
  double x = 0;
  double y = 0;  // downwards
};

// Places in a box of `width` x `height`, whose longer side is 1.
struct Arrangement {
  std::vector<Place> places;
  double width = 1;
  double height = 1;
  int columns = 0;  // of a grid of workers, numbered row by row; 0: none
};

// grid, torus: rows and columns; star: the hub in the middle; binary-tree: by level; social: women
// and events; the other social networks: neighbors near one another; all others: a circle,
// clockwise from the top.
Arrangement arrange(const std::string& name, const OptionValues& options, const Topology& topology);

// Distances in the picture as near as can be to those in the graph of step 0: stress majorization
// (Gansner, Koren, North 2004), from a circle, so the same graph always looks the same.
std::vector<Place> arrange_by_distance(const MixingMatrix& matrix);

// Scales places to a box whose longer side is 1.
Arrangement boxed(std::vector<Place> places);

}  // namespace murmur::topology
