// SPDX-License-Identifier: Apache-2.0
// Warnings about [topology] and [algorithm]: keys that the chosen names do not use, and periods
// that are longer than the run.
#include <algorithm>

#include <fmt/format.h>

#include "murmur/run/warnings/parts.h"

namespace murmur::run {
namespace {

// Whether this is the graph of a configuration without [topology].
bool is_default_graph(const TopologyConfig& topology) {
  return topology.choice.name == "complete" &&
         topology.choice.options.all() ==
             OptionValues(topology::find_topology("complete")->options).all();
}

void look_at_use(const WarningSubject& subject, Found& found) {
  const Config& config = subject.config;
  if (subject.program.mixes || config.workers == 1 || !is_written(config, "topology") ||
      is_default_graph(config.topology)) {
    return;
  }
  const std::string begin = fmt::format("topology.name = \"{}\" has no effect: '{}' ",
                                        config.topology.choice.name,
                                        config.algorithm.choice.name);
  if (!subject.program.communicates && !config.outer) {
    found.add(begin +
              "sends nothing to anybody, so the workers never meet. Take an algorithm that mixes "
              "(\"dsgd\"), or add [outer]");
  } else if (config.schedule.scale.kind != Scale::Kind::kDegree) {
    found.add_unused("topology",
                     begin +
                         "mixes with no neighbors, and exact averages need no graph. Leave "
                         "[topology] out");
  }
}

void look_at_seed(const Config& config, Found& found) {
  const topology::TopologyInfo* info = topology::find_topology(config.topology.choice.name);
  if (info != nullptr && !info->random && is_written(config, "topology.seed")) {
    found.add_unused("topology.seed",
                     fmt::format("topology.seed = {} has no effect: nothing of a \"{}\" is random. "
                                 "Leave it out",
                                 config.topology.seed,
                                 config.topology.choice.name));
  }
}

// Whether a grid or torus has one row or one column.
bool is_a_line(const Config& config) {
  const std::int64_t rows = config.topology.choice.options.integer("rows");
  if (rows != 0) {
    return rows == 1 || rows == config.workers;
  }
  for (std::int64_t d = 2; d * d <= config.workers; ++d) {
    if (config.workers % d == 0) {
      return false;
    }
  }
  return true;
}

void look_at_shape(const WarningSubject& subject, Found& found) {
  const Config& config = subject.config;
  const std::string& name = config.topology.choice.name;
  if (!subject.program.mixes || config.workers == 1) {
    return;
  }
  if ((name == "torus" || name == "grid") && is_a_line(config)) {
    const bool given = config.topology.choice.options.integer("rows") != 0;
    const char* line = name == "torus" ? "ring" : "chain";
    found.add(fmt::format(
        "topology.name = \"{}\" of {} workers is a {}: {}. Take {}, or topology.name = \"{}\"",
        name,
        config.workers,
        line,
        given ? "topology.rows leaves one row or one column"
              : "their number is a prime, so there is one row",
        given ? "other topology.rows" : "a number of workers with divisors",
        line));
  }
  if (name == "exponential-peers") {
    const std::int64_t peers = config.topology.choice.options.integer("peers");
    if (peers >= config.workers) {
      found.add(
          fmt::format("topology.peers = {}: a worker has {} others, and all are used. Write {} or "
                      "less",
                      peers,
                      config.workers - 1,
                      config.workers - 1));
    }
  }
}

void look_at_momentum(const OptionValues& options, Found& found) {
  if (options.has("nesterov") && options.flag("nesterov") && options.number("momentum") == 0) {
    found.add(
        "algorithm.nesterov = true has no effect at algorithm.momentum = 0. Take a momentum above "
        "0, or leave it out");
  }
}

void look_at_periods(const WarningSubject& subject, Found& found) {
  const OptionValues& options = subject.config.algorithm.choice.options;
  const std::int64_t end = subject.extent.steps;
  const auto ends = [&] { return fmt::format("the run ends after {}", steps_text(end)); };
  if (options.has("buffer_period")) {
    const std::int64_t period = options.integer("buffer_period");
    const bool first = options.text("buffer_phase") == "first";
    if (period > 1 && (first ? period >= end : period > end)) {
      found.add(
          fmt::format("algorithm.buffer_period = {}: {}, so the quasi-global memory is {}. "
                      "Shorten the period, or lengthen the run",
                      period,
                      ends(),
                      first ? "refreshed after the first step alone" : "never refreshed"));
    }
  }
  if (options.has("period") && options.integer("period") > end) {
    const bool alone = !subject.program.mixes && !subject.config.outer;
    found.add(
        fmt::format("algorithm.period = {}: {}, so nothing is ever averaged{}. Shorten the "
                    "period, or lengthen the run",
                    options.integer("period"),
                    ends(),
                    alone ? ", and the workers never meet" : ""));
  }
  const std::int64_t between = subject.config.topology.choice.options.integer("period");
  if (subject.program.mixes && subject.config.workers > 1 && between > end) {
    found.add(
        fmt::format("topology.period = {}: {}, so the workers never mix. Shorten the period, or "
                    "lengthen the run",
                    between,
                    ends()));
  }
  if (options.has("staleness") && options.integer("staleness") > end) {
    found.add(
        fmt::format("algorithm.staleness = {}: {}, so no message ever arrives. Take a smaller "
                    "one, or lengthen the run",
                    options.integer("staleness"),
                    ends()));
  }
}

}  // namespace

void look_at_topology(const WarningSubject& subject, Found& found) {
  look_at_use(subject, found);
  look_at_seed(subject.config, found);
  look_at_shape(subject, found);
}

void look_at_algorithm(const WarningSubject& subject, Found& found) {
  look_at_momentum(subject.config.algorithm.choice.options, found);
  if (subject.extent.steps > 0) {
    look_at_periods(subject, found);
  }
}

}  // namespace murmur::run
