// SPDX-License-Identifier: Apache-2.0
// What a Simulation holds. Members throw UserError or Error; simulation.cpp turns both into Error.
//
// INVARIANT: trouble_ is empty, or the rows are those of a step that was not completed, and all but
// resume() is refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <murmur/task.h>

#include "murmur/checkpoint/checkpoint.h"
#include "murmur/engine/costs/timeline.h"
#include "murmur/engine/engine.h"
#include "murmur/learning/matmul.h"
#include "murmur/library/recorder.h"
#include "murmur/library/task_problem.h"
#include "murmur/run/config/config.h"
#include "murmur/run/config/schedule.h"
#include "murmur/run/train/evaluate.h"
#include "murmur/run/warnings/warnings.h"
#include "murmur/run/wiring/engine_parts.h"
#include "murmur/run/wiring/training_setup.h"
#include "murmur/threads/pool.h"

namespace murmur::library {

template <class S>
class SimulationState {
 public:
  SimulationState(run::Config config, BasicTask<S> task);  // kOwnTask
  explicit SimulationState(run::Config config);            // kTrain

  std::span<const double> step(double lr);
  double rate() const;
  std::int64_t steps() const { return engine_->counters().step; }
  std::int64_t schedule() const { return schedule_ ? schedule_->steps() : 0; }

  const run::Config& config() const { return config_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<Parameter>& buffer_layout() const { return buffer_layout_; }
  std::size_t row_size() const { return problem_->layout().row_size(); }
  std::vector<std::string> fields() const;
  std::span<const S> row(int worker, std::string_view field) const;
  std::span<const S> buffers(int worker) const;
  void assign(int worker, std::string_view field, std::span<const S> row);

  std::span<const S> average_model();
  double consensus_distance();
  std::string digest();
  run::Metrics evaluate();
  void record(const std::string& folder);
  void report();
  void save(const std::string& folder);
  void resume(const std::string& folder);
  std::vector<std::string> warnings() const;

 private:
  using Clock = std::chrono::steady_clock;
  // While networks of ours compute, on a thread of the host program among others.
  using ComputeAlone = std::optional<learning::ComputeAlone>;

  void require_sound() const;  // throws Error if a step was not completed
  void require_epochs(std::int64_t steps_per_epoch) const;
  // All that follows from the problem and facts_.
  void wire();
  void make_engine();
  void make_timeline();
  void keep_time();
  std::size_t field_of(std::string_view name) const;
  int local(int worker) const;  // throws Error if there is no such worker
  run::MessageExtent messages() const;
  run::RunExtent extent() const;
  void account(std::span<const double> losses);
  checkpoint::CheckpointPlace place(const std::string& folder) const;
  run::Summary summary();

  const run::Config config_;
  threads::Pool pool_;
  std::shared_ptr<run::Resources> resources_;  // null: own task
  std::optional<run::TrainingSetup> setup_;    // none: own task
  std::unique_ptr<problems::Problem<S>> problem_;
  TaskProblem<S>* own_ = nullptr;  // the problem, if the task is the program's
  run::DataFacts facts_;
  std::vector<Parameter> parameters_;
  std::vector<Parameter> buffer_layout_;
  std::shared_ptr<const topology::Topology> graph_;
  std::shared_ptr<engine::EventSchedule> event_schedule_;
  std::unique_ptr<engine::Engine<S>> engine_;
  std::optional<run::Evaluator<S>> evaluator_;
  std::optional<engine::Timeline> timeline_;
  std::optional<run::Schedule> schedule_;
  std::optional<Recorder> recorder_;
  std::string trouble_;

  std::vector<double> losses_;  // of the last step, per worker
  std::vector<double> loss_sums_;
  std::vector<double> loss_weights_;  // with their sums, since the last evaluation
  double lr_ = 0;
  std::vector<S> average_;
  Clock::time_point began_ = Clock::now();
};

extern template class SimulationState<float>;
extern template class SimulationState<double>;

}  // namespace murmur::library
