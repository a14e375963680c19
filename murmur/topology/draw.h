// SPDX-License-Identifier: Apache-2.0
// Draws a topology as an SVG, stand-alone or embedded in an HTML page, in light and dark color
// schemes. The width and opacity of an edge grow with its weight; directed edges have an arrow;
// negative weights are dashed. The steps of a varying topology are drawn side by side.
#pragma once

#include <cstdint>
#include <string>

#include "murmur/core/options.h"
#include "murmur/topology/topology.h"

namespace murmur::topology {

struct Drawing {
  std::string title;            // empty: the name and the number of workers
  std::int64_t first_step = 0;  // of a varying topology
  int steps = 8;                // at most; never more than a period
};

// `name` and `options` are those that the topology was made from.
std::string draw_svg(const std::string& name,
                     const OptionValues& options,
                     const Topology& topology,
                     const Drawing& drawing = {});

}  // namespace murmur::topology
