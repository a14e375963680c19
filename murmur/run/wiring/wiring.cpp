// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/wiring.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "murmur/algorithms/algorithm.h"
#include "murmur/algorithms/outer/outer.h"
#include "murmur/core/check.h"
#include "murmur/core/error.h"
#include "murmur/engine/ways/named.h"
#include "murmur/problems/analytic.h"
#include "murmur/run/config/schedule.h"
#include "murmur/run/processes/machine.h"
#include "murmur/run/wiring/statistics.h"
#include "murmur/topology/analysis.h"
#include "murmur/topology/pauses.h"
#include "murmur/topology/trees.h"

namespace murmur::run {
namespace {

[[noreturn]] void refuse(const Choice& choice, const std::string& message) {
  throw UserError(fmt::format("{}: {}", choice.place, message));
}

}  // namespace

template <class S>
Program<S> make_program(const Config& config, bool starts_differ, std::int64_t steps_per_epoch) {
  const auto* algorithm = algorithms::find_algorithm(config.algorithm.choice.name);
  MURMUR_CHECK(algorithm != nullptr, "algorithm '{}'", config.algorithm.choice.name);
  Program<S> program = algorithm->program<S>(config.algorithm.choice.options);
  if (!config.outer) {
    return with_statistics(std::move(program), config);
  }
  const auto* outer = algorithms::find_outer_step(config.outer->choice.name);
  MURMUR_CHECK(outer != nullptr, "outer step '{}'", config.outer->choice.name);
  require_usable_outer(config, program, starts_differ);
  OptionValues values = config.outer->choice.options;
  if (config.outer->start_epoch) {
    values.set("start_step", steps_of({*config.outer->start_epoch, true}, steps_per_epoch));
  }
  if (config.compression && config.compression->choice.name != "none" && !program.takes_codec()) {
    return with_statistics(algorithms::with_compressed_average(std::move(program), values), config);
  }
  std::vector<algorithms::Level> levels;
  for (const LevelConfig& level : config.outer->levels) {
    const bool all = level.group >= config.workers;
    levels.push_back({level.period, all ? 0 : static_cast<int>(level.group)});
  }
  return with_statistics(
      algorithms::with_outer(std::move(program), *outer, values, starts_differ, levels), config);
}

engine::GradientSettings make_gradient_settings(const Config& config) {
  return {.accumulate = config.gradient.accumulate,
          .sharpness = config.gradient.sharpness,
          .clip_norm = config.gradient.clip_norm};
}

std::shared_ptr<const engine::Participation> make_participation(
    const Config& config, std::int64_t steps_per_epoch, const std::vector<std::int64_t>& examples) {
  const ParticipationConfig& wanted = config.participation;
  if (wanted.is_plain()) {
    return nullptr;
  }
  const OuterConfig& outer = *config.outer;
  const std::int64_t start = outer.start_epoch
                                 ? steps_of({*outer.start_epoch, true}, steps_per_epoch)
                                 : outer.choice.options.integer("start_step");
  std::vector<double> weights = wanted.numbers;
  if (wanted.weights == "examples") {
    weights.assign(examples.begin(), examples.end());
  }
  return std::make_shared<const engine::Participation>(
      engine::ParticipationSettings{.workers = static_cast<int>(config.workers),
                                    .share = wanted.share,
                                    .weights = std::move(weights),
                                    .period = outer.choice.options.integer("period"),
                                    .start = start,
                                    .seed = config.seed});
}

// For relays, where the graph is one that can be cut down to a tree.
std::shared_ptr<const topology::Topology> with_root(
    const Config& config, std::shared_ptr<const topology::Topology> graph) {
  const Choice& algorithm = config.algorithm.choice;
  if (!algorithm.options.has("root") || graph->period() != 1 || !topology::is_connected(*graph)) {
    return graph;
  }
  const std::int64_t root = algorithm.options.integer("root");
  if (root >= config.workers) {
    refuse(algorithm,
           fmt::format("algorithm.root = {}: the workers are 0 to {}", root, config.workers - 1));
  }
  return topology::rooted_at(std::move(graph), static_cast<int>(root));
}

std::shared_ptr<const topology::Topology> make_graph(const Config& config) {
  const TopologyConfig& wanted = config.topology;
  auto made = topology::make_topology(
      wanted.choice.name, static_cast<int>(config.workers), wanted.choice.options, wanted.seed);
  if (!made) {
    refuse(wanted.choice, made.failure().message);
  }
  return with_root(config, made.value());
}

template <class S>
std::shared_ptr<engine::EventSchedule> make_event_schedule(
    const Config& config,
    const Program<S>& program,
    std::shared_ptr<const topology::Topology> graph,
    std::int64_t parameters) {
  if (!program.is_asynchronous()) {
    return nullptr;
  }
  engine::Pace pace;
  if (config.cluster) {
    const auto clock = std::make_shared<const timing::VirtualClock>(
        *config.cluster, static_cast<int>(config.workers), config.seed);
    const double bytes = static_cast<double>(config.cluster->parameters.value_or(parameters)) *
                         static_cast<double>(sizeof(S));
    const std::int64_t passes = make_gradient_settings(config).passes();
    pace.gradient_s = [clock, passes](int worker, std::int64_t k, double begin_s) {
      double sum = 0;
      for (std::int64_t pass = 0; pass < passes && std::isfinite(sum); ++pass) {
        sum += clock->duration_s(worker, k * passes + pass, begin_s + sum);
      }
      return sum;
    };
    pace.meeting_s = [clock, bytes](int worker, int partner, std::int64_t k, double begin_s) {
      return clock->meeting_s(worker, partner, k, bytes, begin_s);
    };
  }
  return std::make_shared<engine::EventSchedule>(std::move(graph), std::move(pace), config.seed);
}

template <class S>
engine::Timeline make_timeline(const Config& config,
                               const Program<S>& program,
                               std::shared_ptr<const topology::Topology> graph,
                               const MessageExtent& messages,
                               std::shared_ptr<engine::EventSchedule> schedule,
                               std::int64_t steps_per_epoch) {
  MURMUR_CHECK(config.cluster, "no cluster");
  return {engine::CommPlan(program,
                           std::move(graph),
                           messages.numbers(),
                           std::move(schedule),
                           {make_gradient_settings(config),
                            make_participation(config, steps_per_epoch),
                            messages.coded}),
          timing::VirtualClock(*config.cluster, static_cast<int>(config.workers), config.seed)};
}

double mean_degree(const topology::Topology& graph) {
  return messages_per_step(topology::of_mixes(graph)) / graph.workers();
}

template <class S>
std::unique_ptr<problems::Problem<S>> make_analytic(const Config& config) {
  auto made = problems::make_problem<S>(
      config.problem.name, static_cast<int>(config.workers), config.problem.options, config.seed);
  if (!made) {
    refuse(config.problem, made.failure().message);
  }
  return std::move(made).value();
}

template <class S>
void require_one_start(const Config& config,
                       const Program<S>& program,
                       const problems::Problem<S>& problem) {
  if (engine::needs_one_start(program) && problem.starts_differ()) {
    refuse(config.problem,
           fmt::format("problem.start differs between workers, but '{}' {}; give one row for all "
                       "workers",
                       config.algorithm.choice.name,
                       program.keeps_one_model() ? "keeps one model for all"
                                                 : "begins with one model for all"));
  }
}

// If the launcher bound each process to its own cores, they are divided among the processes
// already.
int thread_count(const Config& config, int sharing) {
  const int available = std::clamp(look_at_machine().cores / sharing, 1, usable_cores());
  return static_cast<int>(config.threads.value_or(available));
}

template Program<float> make_program<float>(const Config&, bool, std::int64_t);
template Program<double> make_program<double>(const Config&, bool, std::int64_t);
template engine::Timeline make_timeline(const Config&,
                                        const Program<float>&,
                                        std::shared_ptr<const topology::Topology>,
                                        const MessageExtent&,
                                        std::shared_ptr<engine::EventSchedule>,
                                        std::int64_t);
template engine::Timeline make_timeline(const Config&,
                                        const Program<double>&,
                                        std::shared_ptr<const topology::Topology>,
                                        const MessageExtent&,
                                        std::shared_ptr<engine::EventSchedule>,
                                        std::int64_t);
template std::shared_ptr<engine::EventSchedule> make_event_schedule(
    const Config&, const Program<float>&, std::shared_ptr<const topology::Topology>, std::int64_t);
template std::shared_ptr<engine::EventSchedule> make_event_schedule(
    const Config&, const Program<double>&, std::shared_ptr<const topology::Topology>, std::int64_t);
template std::unique_ptr<problems::Problem<float>> make_analytic<float>(const Config&);
template std::unique_ptr<problems::Problem<double>> make_analytic<double>(const Config&);
template void require_one_start<float>(const Config&,
                                       const Program<float>&,
                                       const problems::Problem<float>&);
template void require_one_start<double>(const Config&,
                                        const Program<double>&,
                                        const problems::Problem<double>&);

}  // namespace murmur::run
