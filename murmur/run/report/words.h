// SPDX-License-Identifier: Apache-2.0
// The words of tables and reports: what a metric is called, and the unit it is shown in.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/plot/scale.h"

namespace murmur::run {

Unit unit_of(const std::string& metric);

// "accuracy, mean of the local models"; the metric's own name where there are no words for it.
std::string words_of(const std::string& metric);

// Every metric that a run's summary may have.
std::vector<std::string> known_metrics();

}  // namespace murmur::run
