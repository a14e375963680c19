// SPDX-License-Identifier: Apache-2.0
// The table of a comparison as HTML, in the layout of the papers' tables, and its details.
#pragma once

#include <string>

#include "murmur/run/compare/result.h"

namespace murmur::run {

// The table and its legend.
std::string results_html(const Comparison& comparison);

// Collapsed: the tuned values, time to accuracy, the keys that rows and columns set.
std::string details_html(const Comparison& comparison);

}  // namespace murmur::run
