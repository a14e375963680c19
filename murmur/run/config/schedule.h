// SPDX-License-Identifier: Apache-2.0
// The learning rate of every step, and the length of a run. With t the step, counted from 0, T the
// number of steps, W the number of warm-up steps and `target` the configured rate times its scale:
//
//   t < W          from + (target - from) t / W          from = target / W unless given
//   constant       target
//   step           target * decay_factor ^ (number of decay_epochs at or before t)
//   cosine         minimum + (target - minimum) (1 + cos(pi (t - W) / (T - W))) / 2
//   inverse-sqrt   target sqrt(max(W, 1) / max(t, W, 1))
//
// Epochs are converted to steps by rounding epochs * steps_per_epoch to the nearest integer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "murmur/core/options.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

// One entry of the table of schedules.
struct ScheduleInfo {
  std::string name;
  std::string summary;
  std::string paper;
  std::vector<OptionInfo> options;
};
const std::vector<ScheduleInfo>& schedules();

// Length of a span in steps. REQUIRES: steps_per_epoch >= 1 if the span is in epochs.
std::int64_t steps_of(const Span& span, std::int64_t steps_per_epoch);

// Whether an event with the period `every` is due after `step` steps. REQUIRES: step >= 1.
bool falls_on(const Span& every, std::int64_t step, std::int64_t steps_per_epoch);

// Factor on the configured rate. `degree`: of the graph, mean over workers.
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

// Rate of a step for `solve`: one rate per step, the last one repeated. REQUIRES: `rates` is not
// empty.
double listed_rate(const std::vector<double>& rates, std::int64_t step);

}  // namespace murmur::run
