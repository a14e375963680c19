// SPDX-License-Identifier: Apache-2.0
// Line charts as SVG, for a page with the style sheet of report/style.cpp, which sets the colors
// for light and dark mode, screen and print.
//
// Series differ in color (the palette of Okabe and Ito, safe for color-blind readers) and in the
// shape of their marks, and are labeled at their right end, so that no information depends on color
// alone. A value that is not finite, or not positive on a logarithmic axis, leaves a gap.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "murmur/run/plot/scale.h"

namespace murmur::run {

// Number of series styles in the style sheet: classes s0 to s7.
inline constexpr int kStyles = 8;

struct Point {
  double x = 0;
  double y = 0;
  double low = 0;  // the band around the line; low = high = y: none
  double high = 0;
};

struct Series {
  std::string label = {};
  int style = 0;
  std::vector<Point> points = {};  // ascending in x
  bool broken = false;             // ended early at a non-finite value: its end is marked
};

struct Axis {
  std::string label = {};
  Unit unit = Unit::kNumber;
  bool logarithmic = false;
  std::optional<double> low = {};  // ends of the axis; none: those of the data
  std::optional<double> high = {};
};

struct LineChart {
  std::string id = {};           // unique in the page; letters, digits and '-'
  std::string title = {};        // accessible name of the picture
  std::string description = {};  // accessible description: what it shows, in a sentence
  Axis x = {};
  Axis y = {};
  std::vector<Series> series = {};
  bool name_series = true;  // false: the page has a legend
};

// Returns the <svg> element. All charts have the same width and height, so that rows of them align.
std::string draw(const LineChart& chart);

}  // namespace murmur::run
