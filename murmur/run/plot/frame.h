// SPDX-License-Identifier: Apache-2.0
// The frame of a line chart: how much of the data it shows, and where in the picture a point lies.
#pragma once

#include "murmur/run/plot/line_chart.h"
#include "murmur/run/plot/marks.h"
#include "murmur/run/plot/scale.h"

namespace murmur::run {

// A value that its axis can show.
bool drawable(double value, const Axis& axis);
bool drawable(const Point& point, const LineChart& chart);

// The picture's units are about a pixel on a telephone, so that its texts can be read there.
class Frame {
 public:
  static constexpr double kWidth = 420;
  static constexpr double kHeight = 290;
  static constexpr double kTop = 34;
  static constexpr double kBottom = 250;
  static constexpr double kLeft = 50;

  // `right`: where the plot ends and the names of the series begin.
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
