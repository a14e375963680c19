// SPDX-License-Identifier: Apache-2.0
// [schedule] as types: how long a run is, and its learning rate over time.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace murmur::run {

// A length of time in one of the two units a user may write it in.
struct Span {
  double value = 0;
  bool epochs = true;  // false: steps
};

// The learning rate's factor over the configured one.
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
