// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/plot/frame.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace murmur::run {
namespace {

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  double highest_value = high;  // largest value, without the bands
  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

// A broken series may diverge, so it determines the y range only if there is no other series.
Range range_of(const LineChart& chart, bool with_broken, bool of_x) {
  Range range;
  for (const Series& series : chart.series) {
    if (series.broken && !with_broken && !of_x) {
      continue;
    }
    for (const Point& point : series.points) {
      if (!drawable(point, chart)) {
        continue;
      }
      range.add(of_x ? point.x : point.y);
      range.highest_value = std::max(range.highest_value, of_x ? point.x : point.y);
      if (!of_x && drawable(point.low, chart.y) && drawable(point.high, chart.y)) {
        range.add(point.low);
        range.add(point.high);
      }
    }
  }
  return range;
}

AxisScale scale_of(const Axis& axis, Range range, double margin) {
  if (range.empty()) {
    range = axis.logarithmic ? Range{0.1, 10, 10} : Range{0, 1, 1};
  }
  const double low = axis.low.value_or(range.low);
  const double high = std::max(low, axis.high.value_or(range.high));
  if (axis.logarithmic) {
    const double stretch = std::pow(high / low, margin);
    return AxisScale::logarithmic(axis.low ? low : low / stretch,
                                  axis.high ? high : high * stretch);
  }
  const double pad = margin * (high - low);
  double from = axis.low ? low : low - pad;
  double to = axis.high ? high : high + pad;
  if (axis.unit == Unit::kFraction) {
    from = std::max(from, std::min(0.0, low));
    to = std::min(to, std::max(1.0, axis.high.value_or(range.highest_value)));
  }
  return AxisScale::linear(from, to);
}

AxisScale y_scale(const LineChart& chart) {
  Range range = range_of(chart, false, false);
  if (range.empty()) {
    range = range_of(chart, true, false);
  }
  return scale_of(chart.y, range, 0.04);
}

}  // namespace

bool drawable(double value, const Axis& axis) {
  return std::isfinite(value) && (!axis.logarithmic || value > 0);
}

bool drawable(const Point& point, const LineChart& chart) {
  return drawable(point.x, chart.x) && drawable(point.y, chart.y);
}

Frame::Frame(const LineChart& chart, double right)
    : right_(right), x_(scale_of(chart.x, range_of(chart, true, true), 0)), y_(y_scale(chart)) {}

Place Frame::place(double x, double y) const {
  return {kLeft + x_.position(x) * (right_ - kLeft), height(y)};
}

double Frame::height(double y) const {
  // Points far outside the frame are clipped in any case; this keeps the numbers in the file short.
  const double position = std::clamp(y_.position(y), -1.0, 2.0);
  return kBottom - position * (kBottom - kTop);
}

}  // namespace murmur::run
