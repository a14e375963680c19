// SPDX-License-Identifier: Apache-2.0
// Where a number goes on an axis, and how it is written there.
//
//   linear       position(v) = (v - low) / (high - low)
//   logarithmic  position(v) = log(v / low) / log(high / low), low > 0
//
// Ticks of a linear axis are multiples of 1, 2 or 5 times a power of ten, those of a logarithmic
// one are powers of ten (with 2 and 5 between them where there is room).
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
  // ENSURES: low < high, also where the arguments are equal.
  static AxisScale linear(double low, double high);
  // REQUIRES: 0 < low <= high.
  static AxisScale logarithmic(double low, double high);

  double low() const { return low_; }
  double high() const { return high_; }
  bool is_logarithmic() const { return logarithmic_; }

  // 0 at low, 1 at high. REQUIRES: value > 0 on a logarithmic axis.
  double position(double value) const;

  // About `wanted` ticks within the axis, texts of value * factor.
  std::vector<Tick> ticks(int wanted, double factor) const;

 private:
  AxisScale(double low, double high, bool logarithmic)
      : low_(low), high_(high), logarithmic_(logarithmic) {}

  double low_;
  double high_;
  bool logarithmic_;
};

}  // namespace murmur::run
