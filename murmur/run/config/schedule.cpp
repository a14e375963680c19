// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/config/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "murmur/core/check.h"

namespace murmur::run {

const std::vector<ScheduleInfo>& schedules() {
  static const std::vector<ScheduleInfo> kAll{
      {"constant", "the same rate at every step after the warm-up", "", {}},
      {"step",
       "the rate is multiplied by decay_factor at some epochs",
       "",
       {{.name = "decay_epochs",
         .help = "when, in epochs from the start",
         .fallback = std::vector<double>{},
         .bounds = kNonNegative},
        {.name = "decay_steps",
         .help = "the same in steps",
         .fallback = std::vector<std::int64_t>{},
         .bounds = kIndex},
        {.name = "decay_factor",
         .help = "what the rate is multiplied by",
         .fallback = 0.1,
         .bounds = kPositive}}},
      {"cosine",
       "half a cosine from the rate down to `minimum` at the end",
       "Loshchilov, Hutter: SGDR, ICLR 2017",
       {{.name = "minimum", .help = "rate at the end", .fallback = 0.0, .bounds = kNonNegative}}},
      {"inverse-sqrt",
       "the rate falls as one over the square root of the step",
       "Vaswani et al.: Attention is all you need, NeurIPS 2017",
       {}}};
  return kAll;
}

std::int64_t steps_of(const Span& span, std::int64_t steps_per_epoch) {
  return std::llround(span.epochs ? span.value * static_cast<double>(steps_per_epoch) : span.value);
}

bool falls_on(const Span& every, std::int64_t step, std::int64_t steps_per_epoch) {
  const double length =
      every.epochs ? every.value * static_cast<double>(steps_per_epoch) : every.value;
  if (length <= 1) {
    return true;
  }
  const double times = std::round(static_cast<double>(step) / length);
  return times >= 1 && std::llround(times * length) == step;
}

double scale_factor(const Scale& scale, std::int64_t workers, double degree) {
  switch (scale.kind) {
    case Scale::Kind::kNone:
      return 1;
    case Scale::Kind::kWorkers:
      return static_cast<double>(workers);
    case Scale::Kind::kDegree:
      return degree + 1;
    case Scale::Kind::kNumber:
      return scale.number;
  }
  return 1;
}

Schedule::Schedule(const ScheduleConfig& config, double target, std::int64_t steps_per_epoch)
    : name_(config.name),
      steps_(steps_of(config.length, steps_per_epoch)),
      warmup_(config.warmup ? steps_of(*config.warmup, steps_per_epoch) : 0),
      target_(target),
      from_(config.warmup_from.value_or(target /
                                        static_cast<double>(std::max<std::int64_t>(warmup_, 1)))),
      minimum_(config.minimum),
      decay_factor_(config.decay_factor) {
  for (const Span& at : config.decay_at) {
    decays_.push_back(steps_of(at, steps_per_epoch));
  }
}

double Schedule::rate(std::int64_t step) const {
  MURMUR_CHECK(step >= 0, "step = {}", step);
  if (step < warmup_) {
    return from_ + (target_ - from_) * static_cast<double>(step) / static_cast<double>(warmup_);
  }
  return after_warmup(step);
}

double Schedule::after_warmup(std::int64_t step) const {
  if (name_ == "step") {
    const auto passed =
        std::count_if(decays_.begin(), decays_.end(), [&](auto at) { return at <= step; });
    return target_ * std::pow(decay_factor_, static_cast<double>(passed));
  }
  if (name_ == "cosine") {
    const auto length = static_cast<double>(std::max<std::int64_t>(steps_ - warmup_, 1));
    const double done = std::min(static_cast<double>(step - warmup_) / length, 1.0);
    return minimum_ + (target_ - minimum_) * (1 + std::cos(std::numbers::pi * done)) / 2;
  }
  if (name_ == "inverse-sqrt") {
    const auto one = static_cast<std::int64_t>(1);
    return target_ * std::sqrt(static_cast<double>(std::max(warmup_, one)) /
                               static_cast<double>(std::max({step, warmup_, one})));
  }
  return target_;
}

double listed_rate(const std::vector<double>& rates, std::int64_t step) {
  MURMUR_CHECK(!rates.empty(), "no learning rate");
  const auto index = static_cast<std::size_t>(step);
  return rates[std::min(index, rates.size() - 1)];
}

}  // namespace murmur::run
