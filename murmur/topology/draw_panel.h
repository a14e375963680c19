// SPDX-License-Identifier: Apache-2.0
// One matrix as lines and circles, inside a larger SVG whose style sheet is draw.cpp's.
#pragma once

#include <cstdint>
#include <string>

#include "murmur/topology/arrangement.h"
#include "murmur/topology/topology.h"

namespace murmur::topology {

// Where a panel's arrangement lies in the picture, and what all panels share.
struct PanelFrame {
  double left = 0;
  double top = 0;
  double scale = 1;         // picture units per unit of the arrangement
  double radius = 10;       // of a worker
  double heaviest = 1;      // the weight that is drawn strongest
  std::string arrow = {};   // id of the arrow head
  std::int64_t stride = 1;  // one edge in so many is drawn

  Place at(const Place& place) const { return {left + scale * place.x, top + scale * place.y}; }
};

// The radius at which workers do not touch, or hardly any.
double fitting_radius(const Arrangement& arrangement, double scale);

std::string draw_panel(const MixingMatrix& matrix,
                       const Arrangement& arrangement,
                       const PanelFrame& frame);

}  // namespace murmur::topology
