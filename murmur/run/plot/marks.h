// SPDX-License-Identifier: Apache-2.0
// The pieces of which charts are put together: marks, and labels that keep clear of one another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace murmur::run {

struct Place {
  double x = 0;
  double y = 0;
};

// The mark of a style, centred at `at`; `radius` in the picture's units.
std::string mark(int style, Place at, double radius);

// About how wide a text is at 13 units, in one of the wider fonts that a page may get.
double text_width(std::string_view text);

// Heights for labels that want to be at `wanted`: in the same order from top to bottom, at least
// `gap` apart, within [top, bottom] as long as they fit, and as near as that allows.
std::vector<double> spread(const std::vector<double>& wanted,
                           double gap,
                           double top,
                           double bottom);

}  // namespace murmur::run
