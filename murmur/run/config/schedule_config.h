// SPDX-License-Identifier: Apache-2.0
// The table [schedule] as typed values: the length of a run, and its learning rate over time.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace murmur::run {

// A length of time in the unit in which the user wrote it.
struct Span {
  double value = 0;
  bool epochs = true;  // false: steps
};

// Factor on the configured learning rate.
struct Scale {
  enum class Kind { kNone, kWorkers, kDegree, kNumber };
  Kind kind = Kind::kNone;
  double number = 1;
};

struct ScheduleConfig {
  std::string name = "constant";  // constant, step, cosine, inverse-sqrt
  Span length;
  std::optional<Span> warmup;
  std::optional<double> warmup_from;  // rate of the first step; default: target / W
  std::vector<Span> decay_at;         // step: when the rate is multiplied by decay_factor
  double decay_factor = 0.1;
  double minimum = 0;  // cosine: the rate at the end
  Scale scale;
};

}  // namespace murmur::run
