// SPDX-License-Identifier: Apache-2.0
// Warnings about [schedule], and about algorithms that need a constant rate.
#include "murmur/run/config/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/run/warnings/parts.h"
#include "murmur/run/wiring/training_setup.h"

namespace murmur::run {
namespace {

// A schedule with its lengths in steps.
struct Course {
  const ScheduleConfig& config;
  Schedule schedule;
  std::int64_t end = 0;     // steps of the run
  std::int64_t warmup = 0;  // steps, 0: none
  std::vector<std::int64_t> decays = {};
  double target = 0;  // the rate after the warm-up
};

Course course_of(const WarningSubject& subject) {
  const ScheduleConfig& config = subject.config.schedule;
  const std::int64_t epoch = subject.extent.steps_per_epoch;
  Course course{.config = config,
                .schedule = make_schedule(subject.config, subject.graph, epoch),
                .end = subject.extent.steps,
                .warmup = config.warmup ? steps_of(*config.warmup, epoch) : 0};
  for (const Span& at : config.decay_at) {
    course.decays.push_back(steps_of(at, epoch));
  }
  ScheduleConfig constant;
  constant.length = config.length;
  Config plain = subject.config;
  plain.schedule = constant;
  plain.schedule.scale = config.scale;
  course.target = make_schedule(plain, subject.graph, epoch).rate(0);
  return course;
}

void look_at_length(const WarningSubject& subject, Found& found) {
  const Span& length = subject.config.schedule.length;
  if (length.value > 0 && subject.extent.steps == 0) {
    found.add(
        fmt::format("{}: an epoch has {}, so this rounds to no step at all, and the run shows the "
                    "start alone. Write more epochs, or schedule.steps",
                    setting_of("schedule.", length),
                    steps_text(subject.extent.steps_per_epoch)));
  }
}

void look_at_warmup(const Course& course, Found& found) {
  const ScheduleConfig& config = course.config;
  if (config.warmup && config.warmup->value > 0 && course.warmup == 0) {
    found.add(
        fmt::format("{} rounds to no step: there is no warm-up. Write a longer one, or "
                    "schedule.warmup_steps",
                    setting_of("schedule.warmup_", *config.warmup)));
  } else if (config.warmup_from && course.warmup == 0) {
    found.add(fmt::format(
        "schedule.warmup_from = {} has no effect: there is no warm-up. Add schedule.warmup_epochs "
        "or schedule.warmup_steps, or leave it out",
        *config.warmup_from));
  }
  if (course.warmup == 1 && !config.warmup_from) {
    found.add(
        fmt::format("{} is one step, which already has the full rate: there is no warm-up. "
                    "Write two steps or more",
                    setting_of("schedule.warmup_", *config.warmup)));
  } else if (course.warmup >= course.end && course.warmup > 0) {
    found.add(
        fmt::format("{}: the warm-up takes {} and the run ends after {}, so the rate never comes "
                    "to {:.6g}. Shorten the warm-up, or lengthen the run",
                    setting_of("schedule.warmup_", *config.warmup),
                    steps_text(course.warmup),
                    course.end,
                    course.target));
  }
}

void look_at_decays(const Course& course, Found& found) {
  const ScheduleConfig& config = course.config;
  if (config.decay_at.empty()) {
    found.add(
        "schedule.name = \"step\" has no effect without schedule.decay_epochs or "
        "schedule.decay_steps: the rate does not fall. Write when it shall");
    return;
  }
  if (config.decay_factor == 1) {
    found.add("schedule.decay_factor = 1 leaves the rate as it is. Take one below 1");
    return;
  }
  const std::string key = key_of("schedule.decay_", config.decay_at.front());
  std::vector<double> late;
  for (std::size_t k = 0; k < course.decays.size(); ++k) {
    if (course.decays[k] >= course.end) {
      late.push_back(config.decay_at[k].value);
    }
  }
  if (!late.empty()) {
    found.add(
        fmt::format("{}: what is due at {} never happens, because the run ends after {}. Decay "
                    "earlier, or lengthen the run",
                    key,
                    fmt::join(late, ", "),
                    steps_text(course.end)));
  }
  const auto first = std::min_element(course.decays.begin(), course.decays.end());
  if (*first < course.end && *first <= course.warmup) {
    found.add(fmt::format(
        "{}: the first decay, at step {}, comes {}, so no step has the full rate "
        "{:.6g}. Decay later",
        key,
        *first,
        course.warmup == 0 ? "before the first step"
                           : fmt::format("within the warm-up of {}", steps_text(course.warmup)),
        course.target));
  }
}

// Whether two steps of the run have different rates. Between the steps compared here, the rate is
// monotonic.
bool changes(const Course& course) {
  std::vector<std::int64_t> at{0, 1, course.warmup, course.end / 2, course.end - 1};
  at.insert(at.end(), course.decays.begin(), course.decays.end());
  return std::any_of(at.begin(), at.end(), [&](std::int64_t step) {
    return step >= 0 && step < course.end && course.schedule.rate(step) != course.schedule.rate(0);
  });
}

bool list_changes(const std::vector<double>& rates, std::int64_t steps) {
  const auto used = std::min<std::int64_t>(steps, static_cast<std::int64_t>(rates.size()));
  return std::any_of(
      rates.begin(), rates.begin() + used, [&](double rate) { return rate != rates.front(); });
}

void look_at_d2(const WarningSubject& subject, bool rate_changes, Found& found) {
  if (subject.config.algorithm.choice.name == "d2" && rate_changes) {
    const bool solve = subject.config.purpose == Purpose::kSolve;
    found.add(
        fmt::format("algorithm.name = \"d2\" is right only under a constant learning rate, and "
                    "{} changes it: the workers' mean keeps the velocity that the old rate gave "
                    "it, and the run ends at a worse loss. Take algorithm.name = \"d2-plus\"",
                    solve ? "the list algorithm.learning_rate" : "[schedule]"));
  }
}

// The name of what divides displacements by the rate, or empty.
std::string divides_by_rate(const Config& config) {
  const std::string& algorithm = config.algorithm.choice.name;
  constexpr std::array kNames{"d2-plus", "edm", "led", "k-gt", "decentlam", "gut", "lead"};
  const bool listed = std::find(kNames.begin(), kNames.end(), algorithm) != kNames.end();
  if (listed || algorithm.starts_with("qg-")) {
    return algorithm;
  }
  return config.outer && config.outer->choice.name == "slowmo" ? "slowmo" : "";
}

// Displacements at a tiny rate are what mixing moved, and rounding. REQUIRES: rate(step) for all
// steps of the run.
template <class Rate>
void look_at_rises(const WarningSubject& subject, const Rate& rate, Found& found) {
  constexpr double kMostRise = 1e4;
  constexpr std::int64_t kMostSteps = 1'000'000;
  const std::string divides = divides_by_rate(subject.config);
  std::int64_t lowest = -1;
  for (std::int64_t step = 0; step < std::min(subject.extent.steps, kMostSteps); ++step) {
    if (divides.empty() || rate(step) == 0) {
      continue;
    }
    if (lowest >= 0 && rate(step) > kMostRise * rate(lowest)) {
      found.add(fmt::format(
          "the learning rate is {:.6g} at step {} and {:.6g} at step {}: '{}' divides "
          "displacements by it, so what mixing and rounding moved in the first comes back {:.0e} "
          "times as large. Keep the ratio of two rates below {:.0e}; at a rate of 0 the memory "
          "rests",
          rate(lowest),
          lowest,
          rate(step),
          step,
          divides,
          rate(step) / rate(lowest),
          kMostRise));
      return;
    }
    lowest = lowest < 0 || rate(step) < rate(lowest) ? step : lowest;
  }
}

void look_at_list(const WarningSubject& subject, Found& found) {
  const std::vector<double>& rates = subject.config.algorithm.learning_rate;
  const std::int64_t steps = subject.extent.steps;
  const auto count = static_cast<std::int64_t>(rates.size());
  if (count > 1 && count > steps) {
    found.add(fmt::format(
        "algorithm.learning_rate has {} rates and the run {}: the last {} are never used. Set "
        "steps to {}, or shorten the list",
        count,
        steps_text(steps),
        count - steps,
        count));
  }
  look_at_d2(subject, list_changes(rates, steps), found);
  look_at_rises(
      subject,
      [&](std::int64_t step) { return rates[static_cast<std::size_t>(std::min(step, count - 1))]; },
      found);
}

}  // namespace

void look_at_schedule(const WarningSubject& subject, Found& found) {
  if (subject.config.purpose == Purpose::kSolve) {
    look_at_list(subject, found);
    return;
  }
  if (subject.config.schedule.name.empty()) {
    return;
  }
  look_at_length(subject, found);
  if (subject.extent.steps == 0) {
    return;
  }
  const Course course = course_of(subject);
  look_at_warmup(course, found);
  if (course.config.name == "step") {
    look_at_decays(course, found);
  }
  if (course.config.name == "cosine" && course.config.minimum > course.target) {
    found.add(fmt::format(
        "schedule.minimum = {} lies above the rate {:.6g}, so the rate rises to it. Take a "
        "smaller one",
        course.config.minimum,
        course.target));
  }
  look_at_d2(subject, changes(course), found);
  look_at_rises(
      subject, [&](std::int64_t step) { return course.schedule.rate(step); }, found);
}

}  // namespace murmur::run
