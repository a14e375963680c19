// SPDX-License-Identifier: Apache-2.0
// Stacked horizontal bar charts: one bar per row, divided into parts.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/plot/scale.h"

namespace murmur::run {

struct Bar {
  std::string label = {};
  std::vector<double> parts = {};  // one per part name of the chart; not negative
};

struct BarChart {
  std::string id = {};
  std::string title = {};
  std::string description = {};
  Unit unit = Unit::kNumber;
  std::vector<std::string> parts = {};  // names in the legend; styles s0, s1, ...
  std::vector<Bar> bars = {};
};

// Returns the legend and the <svg> element.
std::string draw(const BarChart& chart);

}  // namespace murmur::run
