// SPDX-License-Identifier: Apache-2.0
// Line charts as SVG, to stand in a page that has report_style.h's style sheet: the colours of
// light and dark, of screen and paper, are the page's.
//
// Series are told apart by colour (Okabe and Ito's palette, safe for the colour-blind) and by the
// shape of their marks, and are named at their right end, so that nothing hangs on colour alone.
// A value that is not finite, or not positive on a logarithmic axis, is a gap.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "murmur/run/plot/scale.h"

namespace murmur::run {

// The styles of the style sheet: classes s0 .. s7.
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
  bool broken = false;             // ended early, by a value that was not finite: its end is marked
};

struct Axis {
  std::string label = {};
  Unit unit = Unit::kNumber;
  bool logarithmic = false;
  std::optional<double> low = {};  // where the axis starts and ends; none: where the data do
  std::optional<double> high = {};
};

struct LineChart {
  std::string id = {};           // unique in the page; letters, digits and '-'
  std::string title = {};        // for those who do not see the picture
  std::string description = {};  // what it shows, in a sentence
  Axis x = {};
  Axis y = {};
  std::vector<Series> series = {};
  bool name_series = true;  // false: the page has a legend
};

// The <svg> element. Charts have one width and height, so that rows of them align.
std::string draw(const LineChart& chart);

// <ul class="legend">: every style with its mark and its label.
struct LegendEntry {
  std::string label = {};
  int style = 0;
};
std::string draw_legend(const std::vector<LegendEntry>& entries);

}  // namespace murmur::run
