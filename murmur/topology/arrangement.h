// SPDX-License-Identifier: Apache-2.0
// Positions of the workers in a drawing: a circle, unless the topology has a natural layout.
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

// Positions in a box of `width` x `height`, whose longer side is 1.
struct Arrangement {
  std::vector<Place> places;
  double width = 1;
  double height = 1;
  int columns = 0;  // of a grid numbered row by row; 0: not a grid
};

// grid, torus: rows and columns; star: the hub in the center; binary-tree: by level; social: women
// in one column and events in the other; the other social networks: neighbors close together; all
// others: a circle, clockwise from the top.
Arrangement arrange(const std::string& name, const OptionValues& options, const Topology& topology);

// Makes distances in the drawing approximate those in the graph of step 0 by stress majorization
// (Gansner, Koren, North 2004). It starts from a circle, so the same graph always has the same
// drawing.
std::vector<Place> arrange_by_distance(const MixingMatrix& matrix);

// Scales positions to a box whose longer side is 1.
Arrangement boxed(std::vector<Place> places);

}  // namespace murmur::topology
