// SPDX-License-Identifier: Apache-2.0
// Building blocks of charts: marks, and positions of labels that do not overlap.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace murmur::run {

struct Place {
  double x = 0;
  double y = 0;
};

// The mark of a style, centered at `at`; `radius` in units of the picture.
std::string mark(int style, Place at, double radius);

// Approximate width of a text of font size 13, in one of the wider fonts that a browser may choose.
double text_width(std::string_view text);

// Heights for labels that prefer to be at `wanted`: in the same order from top to bottom, at least
// `gap` apart (less if they do not all fit), within [top, bottom], and as near to `wanted` as that
// allows.
std::vector<double> spread(const std::vector<double>& wanted,
                           double gap,
                           double top,
                           double bottom);

}  // namespace murmur::run
