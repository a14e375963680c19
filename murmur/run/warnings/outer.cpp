// SPDX-License-Identifier: Apache-2.0
// Warnings about [outer]: outer steps that are never due, and options that have no effect.
#include <algorithm>

#include <fmt/format.h>

#include "murmur/algorithms/algorithm.h"
#include "murmur/run/config/schedule.h"
#include "murmur/run/warnings/parts.h"

namespace murmur::run {
namespace {

struct OuterSubject {
  const WarningSubject& all;
  const OuterConfig& config;
  const OptionValues& options;
  std::int64_t start = 0;  // no outer step before this step
  std::int64_t end = 0;    // steps of the run

  bool first_phase() const { return options.text("phase") == "first"; }
  bool averages_before() const { return options.text("before") == "every-step"; }
};

std::string start_text(const OuterSubject& outer) {
  return outer.config.start_epoch
             ? fmt::format("outer.start_epoch = {:.10g}", *outer.config.start_epoch)
             : fmt::format("outer.start_step = {}", outer.start);
}

// The consequence for workers that would average in outer steps only.
std::string consequence(const OuterSubject& outer) {
  return outer.all.program.mixes || outer.averages_before() || outer.all.program.one_model
             ? std::string()
             : std::string(", and the workers never meet");
}

void look_at_start(const OuterSubject& outer, Found& found) {
  if (outer.averages_before() && outer.start == 0) {
    found.add(
        "outer.before = \"every-step\" has no effect: outer steps begin with the run. Set "
        "outer.start_step or outer.start_epoch");
  } else if (outer.config.start_epoch.value_or(0) > 0 && outer.start == 0) {
    found.add(
        fmt::format("{} rounds to step 0: outer steps begin with the run. Write a larger "
                    "one, or outer.start_step",
                    start_text(outer)));
  }
}

// REQUIRES: outer steps begin within the run.
void look_at_period(const OuterSubject& outer, Found& found) {
  const std::int64_t period = outer.options.integer("period");
  const std::int64_t first = outer.first_phase() ? outer.start + 1 : outer.start + period;
  if (outer.config.levels.empty()) {
    if (first > outer.end) {
      found.add(
          fmt::format("outer.period = {}: the first outer step would come after step {}, but the "
                      "run ends after "
                      "{}, so there is none{}. Shorten the period, or lengthen the run",
                      period,
                      first,
                      outer.end,
                      consequence(outer)));
    }
    return;
  }
  const std::size_t last = outer.config.levels.size() - 1;
  for (std::size_t k = 0; k <= last; ++k) {
    const LevelConfig& level = outer.config.levels[k];
    // At the first step all levels are due, and the one with the largest period is performed.
    const std::int64_t due = outer.start + (outer.first_phase() ? 1 : 0) +
                             (outer.first_phase() && k == last ? 0 : level.period);
    if (due > outer.end) {
      found.add(
          fmt::format("outer.period = {{ period = {}, group = {} }}: it would first be due after "
                      "step {}, but the run ends after {}, so it never is. Shorten the period, or "
                      "lengthen the run",
                      level.period,
                      level.group,
                      due,
                      outer.end));
    }
  }
}

void look_at_groups(const OuterSubject& outer, Found& found) {
  const std::int64_t workers = outer.all.config.workers;
  for (const LevelConfig& level : outer.config.levels) {
    const std::string key =
        fmt::format("outer.period = {{ period = {}, group = {} }}", level.period, level.group);
    if (level.group == 1 && workers > 1) {
      found.add(key +
                ": a worker alone has nobody to meet, so this does nothing. Take larger groups");
    } else if (level.group > workers) {
      found.add(fmt::format("{}: there are {} workers, and all of them meet. Write {} or less",
                            key,
                            workers,
                            workers));
    }
  }
}

// Whether the algorithm has memory that `buffers` could reset or average.
bool has_memory(const Config& config) {
  const auto* algorithm = algorithms::find_algorithm(config.algorithm.choice.name);
  const auto base = algorithm->program<double>(config.algorithm.choice.options);
  return std::any_of(base.fields.begin(), base.fields.end(), [](const Field& field) {
    return field.kind == FieldKind::kMemory && field.units == Units::kGradient;
  });
}

void look_at_buffers(const OuterSubject& outer, Found& found) {
  const std::string& buffers = outer.options.text("buffers");
  const bool exact = outer.options.flag("exact_average");
  if (buffers == "maintain") {
    return;
  }
  if (!has_memory(outer.all.config)) {
    found.add_unused(
        "outer.buffers",
        fmt::format("outer.buffers = \"{}\" has no effect: '{}' keeps no memory here that could be "
                    "{}. Leave it out",
                    buffers,
                    outer.all.config.algorithm.choice.name,
                    buffers == "reset" ? "set back" : "averaged"));
  } else if (buffers == "average" && !exact) {
    found.add(
        "outer.buffers = \"average\" has no effect with outer.exact_average = false: nothing is "
        "averaged then. Take \"maintain\" or \"reset\"");
  }
}

void look_at_options(const OuterSubject& outer, Found& found) {
  const OptionValues& options = outer.options;
  if (options.has("learning_rate") && options.number("learning_rate") == 0) {
    found.add(
        "outer.learning_rate = 0: every outer step puts the models back to where the last one left "
        "them, so nothing is learned. Take a positive one");
  }
  if (options.has("nesterov") && options.flag("nesterov") && options.number("momentum") == 0) {
    found.add(
        "outer.nesterov = true has no effect at outer.momentum = 0. Take a momentum above 0, or "
        "leave it out");
  }
  const bool nothing = outer.config.choice.name == "average" && !options.flag("exact_average") &&
                       options.text("buffers") != "reset";
  if (nothing && outer.all.program.mixes) {
    found.add(
        "outer.name = \"average\" does nothing with outer.exact_average = false. Leave [outer] "
        "out, or take outer.exact_average = true");
  }
}

}  // namespace

void look_at_outer(const WarningSubject& subject, Found& found) {
  if (!subject.config.outer || subject.extent.steps == 0) {
    return;
  }
  const OuterConfig& config = *subject.config.outer;
  const OptionValues& options = config.choice.options;
  const OuterSubject outer{.all = subject,
                           .config = config,
                           .options = options,
                           .start = config.start_epoch ? steps_of({*config.start_epoch, true},
                                                                  subject.extent.steps_per_epoch)
                                                       : options.integer("start_step"),
                           .end = subject.extent.steps};
  look_at_start(outer, found);
  if (outer.start >= outer.end) {
    found.add(
        fmt::format("{}: the run ends after {}, so there is no outer step{}. Begin earlier, "
                    "or lengthen the run",
                    start_text(outer),
                    steps_text(outer.end),
                    consequence(outer)));
  } else {
    look_at_period(outer, found);
  }
  look_at_groups(outer, found);
  look_at_buffers(outer, found);
  look_at_options(outer, found);
}

}  // namespace murmur::run
