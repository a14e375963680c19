// SPDX-License-Identifier: Apache-2.0
// Every metric that a run may have: its unit, which of two values is the better one, and its name
// in words. Whatever compares, shows or draws a metric asks here and guesses nothing from a name.
//
// validation/NAME is what eval/NAME is, on other data.
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
  bool measured = true;  // some run writes it
};

// None: there is no such metric.
std::optional<Metric> find_metric(const std::string& name);

// Of those that runs write.
std::vector<std::string> metric_names();

// Whether a metric scores models, and so has a best evaluation.
bool is_score(const std::string& name);

}  // namespace murmur::run
