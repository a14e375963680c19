// SPDX-License-Identifier: Apache-2.0
// The table of a comparison as HTML, in the layout of the papers' tables, and what belongs to it:
// the tuned values, what rows and columns set.
#pragma once

#include <string>

#include "murmur/run/compare/result.h"

namespace murmur::run {

std::string results_html(const Comparison& comparison);

}  // namespace murmur::run
