// SPDX-License-Identifier: Apache-2.0
// A picture of a topology: an SVG that stands alone or inside an HTML page, on light and on dark.
// Edges are the wider and the stronger the more they weigh; those that go one way have an arrow;
// negative weights are dashed. A topology that varies is drawn step by step, side by side.
#pragma once

#include <cstdint>
#include <string>

#include "murmur/core/options.h"
#include "murmur/topology/topology.h"

namespace murmur::topology {

struct Drawing {
  std::string title;            // empty: the name and the number of workers
  std::int64_t first_step = 0;  // of a topology that varies
  int steps = 8;                // at most; no more than a period
};

// `name` and `options` are those that the topology was made of.
std::string draw_svg(const std::string& name,
                     const OptionValues& options,
                     const Topology& topology,
                     const Drawing& drawing = {});

}  // namespace murmur::topology
