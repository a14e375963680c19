// SPDX-License-Identifier: Apache-2.0
// The learning rate of every step, and how long a run is. With t the step from 0, T the number of
// steps, W those of the warm-up and `target` the configured rate times its scale:
//
//   t < W          from + (target - from) t / W          from = target / W unless given
//   constant       target
//   step           target * decay_factor ^ (how many of decay_epochs lie at or before t)
//   cosine         minimum + (target - minimum) (1 + cos(pi (t - W) / (T - W))) / 2
//   inverse-sqrt   target sqrt(max(W, 1) / max(t, W, 1))
//
// Epochs become steps by rounding epochs * steps_per_epoch to the nearest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "murmur/core/options.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

// A row of the table of schedules.
struct ScheduleInfo {
  std::string name;
  std::string summary;
  std::string paper;
  std::vector<OptionInfo> options;
};
const std::vector<ScheduleInfo>& schedules();

// REQUIRES: steps_per_epoch >= 1 where the span is in epochs.
std::int64_t steps_of(const Span& span, std::int64_t steps_per_epoch);

// Whether something that happens every so often happens after `step` steps. REQUIRES: step >= 1.
bool falls_on(const Span& every, std::int64_t step, std::int64_t steps_per_epoch);

// What the configured rate is multiplied by. `degree`: of the graph, the mean over workers.
double scale_factor(const Scale& scale, std::int64_t workers, double degree);

class Schedule {
 public:
  // `target`: the configured rate times its scale.
  Schedule(const ScheduleConfig& config, double target, std::int64_t steps_per_epoch);

  std::int64_t steps() const { return steps_; }
  double rate(std::int64_t step) const;

 private:
  double after_warmup(std::int64_t step) const;

  std::string name_;
  std::int64_t steps_ = 0;
  std::int64_t warmup_ = 0;
  double target_ = 0;
  double from_ = 0;
  double minimum_ = 0;
  double decay_factor_ = 1;
  std::vector<std::int64_t> decays_;
};

// solve: one rate per step, the last one repeated. REQUIRES: there is one.
double listed_rate(const std::vector<double>& rates, std::int64_t step);

}  // namespace murmur::run
