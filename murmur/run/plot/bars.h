// SPDX-License-Identifier: Apache-2.0
// Horizontal bars put together of parts: what a whole consists of, row by row.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/plot/scale.h"

namespace murmur::run {

struct Bar {
  std::string label = {};
  std::vector<double> parts = {};  // as many as the chart has part names; not negative
};

struct BarChart {
  std::string id = {};
  std::string title = {};
  std::string description = {};
  Unit unit = Unit::kNumber;
  std::vector<std::string> parts = {};  // of the legend; style s0, s1, ...
  std::vector<Bar> bars = {};
};

// The legend and the <svg> element.
std::string draw(const BarChart& chart);

}  // namespace murmur::run
