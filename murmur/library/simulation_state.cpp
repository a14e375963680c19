// SPDX-License-Identifier: Apache-2.0
// A simulation from its making to its steps and checkpoints.
#include "murmur/library/simulation_state.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/engine/ways/named.h"
#include "murmur/library/configuration.h"
#include "murmur/library/errors.h"
#include "murmur/library/layouts.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::library {
namespace {

// As in the checkpoints of `murmur train`, so that those are read, too.
constexpr const char* kLossSums = "loss_sums";
constexpr const char* kLossWeights = "loss_weights";

// The values of each worker that a checkpoint has under that name; zeros if it has none.
std::vector<double> values_of(const checkpoint::Extras& extras,
                              const char* name,
                              std::size_t workers) {
  const auto found = extras.per_worker.find(name);
  const bool usable = found != extras.per_worker.end() && found->second.size() == workers;
  return usable ? found->second : std::vector<double>(workers);
}

}  // namespace

template <class S>
SimulationState<S>::SimulationState(run::Config config, BasicTask<S> task)
    : config_(with_buffers(std::move(config), task.average_buffers)),
      pool_(run::thread_count(config_)) {
  require_epochs(task.steps_per_epoch);
  if (config_.participation.weights == "examples" && task.examples.empty() &&
      config_.participation.numbers.empty()) {
    throw Error(
        "participation.weights = \"examples\", and the task does not say how many a worker has: "
        "give task.examples, or write \"equal\" or a list of numbers");
  }
  facts_ = {.steps_per_epoch = std::max<std::int64_t>(task.steps_per_epoch, 1),
            .examples = task.examples};
  auto problem = std::make_unique<TaskProblem<S>>(
      std::move(task), static_cast<int>(config_.workers), config_.seed);
  own_ = problem.get();
  problem_ = std::move(problem);
  wire();
}

template <class S>
SimulationState<S>::SimulationState(run::Config config)
    : config_(std::move(config)),
      pool_(run::thread_count(config_)),
      resources_(run::make_resources()),
      setup_(run::make_training_setup(config_, *resources_, pool_, nullptr)),
      problem_(run::make_training_problem<S>(config_, *setup_)) {
  facts_ = {.steps_per_epoch = setup_->steps_per_epoch(),
            .examples = setup_->examples(),
            .batches_of_step = [batches = setup_->data.batches](int worker, std::int64_t batch) {
              return batches->batches_of_step(worker, batch);
            }};
  wire();
}

template <class S>
void SimulationState<S>::require_epochs(std::int64_t steps_per_epoch) const {
  const run::ScheduleConfig& schedule = config_.schedule;
  const bool scheduled = !schedule.name.empty();
  std::string key;
  if (config_.outer && config_.outer->start_epoch) {
    key = "outer.start_epoch";
  } else if (scheduled && schedule.length.epochs) {
    key = "schedule.epochs";
  } else if (scheduled && schedule.warmup && schedule.warmup->epochs) {
    key = "schedule.warmup_epochs";
  } else if (scheduled && !schedule.decay_at.empty() && schedule.decay_at.front().epochs) {
    key = "schedule.decay_epochs";
  }
  if (steps_per_epoch == 0 && !key.empty()) {
    throw Error(
        fmt::format("{} counts epochs, and the task does not say how many steps one has: give "
                    "task.steps_per_epoch, or write the setting in steps",
                    key));
  }
}

template <class S>
void SimulationState<S>::wire() {
  if (!config_.schedule.name.empty() && config_.algorithm.learning_rate.empty()) {
    throw Error("[schedule] is of a rate, and algorithm.learning_rate is missing");
  }
  parameters_ = parameters_of(problem_->layout());
  buffer_layout_ = parameters_of(problem_->buffers());
  graph_ = run::make_graph(config_);
  make_engine();
  if (!config_.schedule.name.empty()) {
    schedule_ = run::make_schedule(config_, *graph_, facts_.steps_per_epoch);
  }
  const auto workers = static_cast<std::size_t>(config_.workers);
  loss_sums_.resize(workers);
  loss_weights_.resize(workers);
  average_.resize(row_size());
}

template <class S>
void SimulationState<S>::make_engine() {
  evaluator_.reset();
  engine_.reset();
  auto parts = run::make_engine_parts(config_,
                                      *problem_,
                                      graph_,
                                      facts_,
                                      comm::Ownership::even(static_cast<int>(config_.workers), 1));
  if (engine::needs_one_start(parts.program) && problem_->starts_differ()) {
    throw Error(
        fmt::format("start() gives the workers different models, and '{}' {} one for all of them",
                    config_.algorithm.choice.name,
                    parts.program.keeps_one_model() ? "keeps" : "begins with"));
  }
  parts.pool = &pool_;
  run::require_limits(parts);
  event_schedule_ = parts.schedule;
  engine_ = std::make_unique<engine::Engine<S>>(std::move(parts));
  evaluator_.emplace(*engine_, run::Judges<S>{.test = &*problem_}, pool_, config_.evaluation);
  make_timeline();
}

template <class S>
void SimulationState<S>::make_timeline() {
  if (config_.cluster) {
    timeline_.reset();
    timeline_.emplace(run::make_timeline(
        config_, engine_->program(), graph_, messages(), event_schedule_, facts_.steps_per_epoch));
  }
}

template <class S>
run::MessageExtent SimulationState<S>::messages() const {
  return run::message_extent(config_, engine_->program(), engine_->layout(), problem_->buffers());
}

template <class S>
void SimulationState<S>::keep_time() {
  while (timeline_ && timeline_->steps() < steps()) {
    require(timeline_->step());
  }
}

template <class S>
void SimulationState<S>::require_sound() const {
  if (!trouble_.empty()) {
    throw Error(trouble_);
  }
}

template <class S>
std::span<const double> SimulationState<S>::step(double lr) {
  require_sound();
  if (!(lr >= 0) || !std::isfinite(lr)) {
    throw Error(fmt::format("step({}): a learning rate is a number, 0 or more", lr));
  }
  if (own_ != nullptr) {
    own_->begin_step(steps());
  }
  ComputeAlone alone;
  if (setup_) {
    alone.emplace();
  }
  trouble_ = fmt::format(
      "step {} was not completed, so the rows are of no step; resume() from a checkpoint restores "
      "them",
      steps());
  account(value_of(engine_->step(lr)));
  lr_ = lr;
  keep_time();
  trouble_.clear();
  return losses_;
}

template <class S>
void SimulationState<S>::account(std::span<const double> losses) {
  const std::span<const double> weights = engine_->loss_weights();
  losses_.resize(losses.size());
  for (std::size_t i = 0; i < losses.size(); ++i) {
    losses_[i] = weights[i] > 0 ? losses[i] / weights[i] : 0;
    loss_sums_[i] += losses[i];
    loss_weights_[i] += weights[i];
  }
}

template <class S>
double SimulationState<S>::rate() const {
  return rate_of(config_, schedule_, steps());
}

template <class S>
checkpoint::CheckpointPlace SimulationState<S>::place(const std::string& folder) const {
  return {.folder = folder,
          .config_digest = run::config_digest(config_, run::Sameness::kMayResume),
          .keep = static_cast<int>(config_.checkpoint.keep)};
}

template <class S>
void SimulationState<S>::save(const std::string& folder) {
  require_sound();
  const checkpoint::Extras extras{
      .numbers = {},
      .per_worker = {{kLossSums, loss_sums_}, {kLossWeights, loss_weights_}},
      .texts = {}};
  require(checkpoint::save_checkpoint(*engine_, place(folder), extras));
}

// Also behind a step that threw, of which restoring leaves nothing.
template <class S>
void SimulationState<S>::resume(const std::string& folder) {
  auto restored = checkpoint::restore_checkpoint(*engine_, place(folder));
  if (!restored && restored.failure().kind == FailureKind::kIo && trouble_.empty()) {
    trouble_ = "a checkpoint was read in part, so the rows are of no step; resume() restores them";
  }
  const checkpoint::Restored state = value_of(std::move(restored));
  loss_sums_ = values_of(state.extras, kLossSums, loss_sums_.size());
  loss_weights_ = values_of(state.extras, kLossWeights, loss_weights_.size());
  make_timeline();
  keep_time();
  trouble_.clear();
}

template class SimulationState<float>;
template class SimulationState<double>;

}  // namespace murmur::library
