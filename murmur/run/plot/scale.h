// SPDX-License-Identifier: Apache-2.0
// Scales of axes: the position of a number on an axis, and the ticks with their labels.
//
//   linear       position(v) = (v - low) / (high - low)
//   logarithmic  position(v) = log(v / low) / log(high / low), low > 0
//
// Ticks of a linear axis are multiples of 1, 2 or 5 times a power of ten. Those of a logarithmic
// axis are powers of ten, with 2 and 5 between them below 1.5 decades; below 0.8 decades they are
// those of a linear axis.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/text/units.h"

namespace murmur::run {

struct Tick {
  double value = 0;
  std::string text;
};

class AxisScale {
 public:
  // REQUIRES: low <= high, finite. ENSURES: low() < high(), even if the arguments are equal.
  static AxisScale linear(double low, double high);
  // REQUIRES: 0 < low <= high, finite. ENSURES: high() >= 2 low().
  static AxisScale logarithmic(double low, double high);

  double low() const { return low_; }
  double high() const { return high_; }

  // 0 at low, 1 at high. REQUIRES: value > 0 on a logarithmic axis.
  double position(double value) const;

  // About `wanted` ticks within the axis; their texts show value * factor.
  std::vector<Tick> ticks(int wanted, double factor) const;

 private:
  AxisScale(double low, double high, bool logarithmic)
      : low_(low), high_(high), logarithmic_(logarithmic) {}

  double low_;
  double high_;
  bool logarithmic_;
};

}  // namespace murmur::run
