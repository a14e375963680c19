// SPDX-License-Identifier: Apache-2.0
// Draws one matrix as lines and circles, inside a larger SVG whose style sheet is in draw.cpp.
#pragma once

#include <cstdint>
#include <string>

#include "murmur/topology/arrangement.h"
#include "murmur/topology/topology.h"

namespace murmur::topology {

// Position of a panel in the drawing, and the settings common to all panels.
struct PanelFrame {
  double left = 0;
  double top = 0;
  double scale = 1;         // drawing units per unit of the arrangement
  double radius = 10;       // of a worker
  double heaviest = 1;      // largest absolute weight, drawn widest
  std::string arrow = {};   // id of the arrow head
  std::int64_t stride = 1;  // one edge in `stride` is drawn

  Place at(const Place& place) const { return {left + scale * place.x, top + scale * place.y}; }
};

// A radius at which the circles of workers do not overlap, except for a few.
double fitting_radius(const Arrangement& arrangement, double scale);

std::string draw_panel(const MixingMatrix& matrix,
                       const Arrangement& arrangement,
                       const PanelFrame& frame);

}  // namespace murmur::topology
