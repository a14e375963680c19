// SPDX-License-Identifier: Apache-2.0
// The plot area of a line chart: the ranges of its axes, and the position of a point in the
// picture.
#pragma once

#include "murmur/run/plot/line_chart.h"
#include "murmur/run/plot/marks.h"
#include "murmur/run/plot/scale.h"

namespace murmur::run {

// Whether the axes can show the value or point.
bool drawable(double value, const Axis& axis);
bool drawable(const Point& point, const LineChart& chart);

// A unit of the picture is about one pixel on a phone, so that its text is legible there.
class Frame {
 public:
  static constexpr double kWidth = 420;
  static constexpr double kHeight = 290;
  static constexpr double kTop = 34;
  static constexpr double kBottom = 250;
  static constexpr double kLeft = 50;

  // `right`: x coordinate at which the plot ends and the names of the series begin.
  Frame(const LineChart& chart, double right);

  double right() const { return right_; }
  const AxisScale& x() const { return x_; }
  const AxisScale& y() const { return y_; }

  Place place(double x, double y) const;
  double height(double y) const;

 private:
  double right_;
  AxisScale x_;
  AxisScale y_;
};

}  // namespace murmur::run
