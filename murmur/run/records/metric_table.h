// SPDX-License-Identifier: Apache-2.0
// Table of all metrics that a run may have: the unit, whether lower or higher is better, and the
// name in words. Code that compares, prints or draws a metric looks it up here and infers nothing
// from its name.
//
// validation/NAME is the metric eval/NAME on other data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "murmur/run/text/units.h"

namespace murmur::run {

enum class Better { kLower, kHigher };

struct Metric {
  std::string name;
  Unit unit = Unit::kNumber;
  Better better = Better::kHigher;
  std::string words;
  bool measured = true;  // whether any run writes it
};

// None: there is no such metric.
std::optional<Metric> find_metric(const std::string& name);

// The names of the metrics that runs write.
std::vector<std::string> metric_names();

// Whether a metric is a score of models, so that a run has a best value of it.
bool is_score(const std::string& name);

}  // namespace murmur::run
