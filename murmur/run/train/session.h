// SPDX-License-Identifier: Apache-2.0
// A training run on its way: the wired objects, and what they say from step to step. train.cpp
// makes one, session.cpp walks it, session_lines.cpp tells what happened, session_state.cpp saves
// and restores it, session_world.cpp agrees with the other processes of the run. Resuming gives the
// same bits as never having stopped, and the same lines.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "murmur/comm/adaptive_timeout.h"
#include "murmur/engine/costs/timeline.h"
#include "murmur/engine/engine.h"
#include "murmur/run/processes/world.h"
#include "murmur/run/records/engine_trace.h"
#include "murmur/run/records/metrics.h"
#include "murmur/run/records/run_folder.h"
#include "murmur/run/records/tensorboard.h"
#include "murmur/run/records/trace.h"
#include "murmur/run/train/evaluate.h"
#include "murmur/run/train/train.h"
#include "murmur/run/warnings/warnings.h"
#include "murmur/run/wiring/training_setup.h"

namespace murmur::run {

using Clock = std::chrono::steady_clock;

// What a checkpoint keeps beside the engine's state, so that the next line is the one that would
// have been written.
struct RunState {
  std::vector<double> loss_sums;  // per worker, since the last line
  std::int64_t loss_steps = 0;
  bool extra_line = false;  // the last line was written because the run stopped there
  double wall_s = 0;        // this and what follows: at the start of this call
  double evaluation_s = 0;
  engine::Times times;
  double wire_bytes = 0;  // between processes
};

template <class S>
class Session {
 public:
  // Throws UserError for what does not fit together.
  Session(const Config& config, const TrainRequest& request);

  std::int64_t checkpoint_bytes() const;

  // Collective, and the folder is there. Throws UserError where there is nothing to resume from.
  TrainOutcome run(bool resume);

 private:
  engine::EngineParts<S> parts();

  // session.cpp
  Status begin_run(bool resume);
  Status open_files();
  Status open_trace();
  Status rounds();
  Status round();
  Status finish_rounds();
  Status keep_time();
  Status account(std::span<const double> losses);
  int signal() const { return request_.stop == nullptr ? 0 : request_.stop->load(); }
  double wall_s() const;
  std::int64_t step() const { return engine_->counters().step; }
  std::int64_t last_step() const;
  void say_progress();

  // session_world.cpp
  bool is_first() const { return world_ == nullptr || world_->is_first(); }
  comm::Transport* transport() const { return world_ == nullptr ? nullptr : world_->transport(); }
  comm::Ownership ownership() const;
  // Before each round; false: the run stops here.
  Result<bool> goes_on();
  Result<bool> meet();
  Status diverge(const std::string& message);
  void learn_wait_limit();
  Status leave_together(const Status& status);
  Status close_trace();
  // Of all processes: their mean, weighted by workers; their sum.
  Result<double> mean_of(double mine);
  Result<double> all_wire_bytes();

  // session_lines.cpp
  RunExtent extent() const;
  void warn_of_configuration();
  // Says it, and puts it into the run's record; a text once.
  void warn(const std::string& text);
  Status write_line();
  Result<MetricsLine> make_line();
  Result<double> mean_loss();
  Result<Metrics> totals();
  Result<std::string> digest();
  Result<Summary> summarize();
  Status write_results();
  TrainOutcome outcome(const Status& status);

  // session_state.cpp
  bool checkpoint_is_due() const;
  bool time_is_due() const;
  Status save();
  void restore();

  const Config& config_;
  const TrainRequest& request_;
  World* const world_;              // null: one process
  const std::int64_t sent_before_;  // bytes of this process, in earlier runs
  const RunFolder folder_;
  threads::Pool pool_;
  std::shared_ptr<Resources> resources_;
  TrainingSetup setup_;
  std::unique_ptr<problems::Problem<S>> problem_;
  std::shared_ptr<const topology::Topology> graph_;
  std::shared_ptr<engine::EventSchedule>
      event_schedule_;  // of an asynchronous program on a described cluster
  std::unique_ptr<engine::Engine<S>> engine_;
  std::optional<engine::Timeline> timeline_;  // where a cluster is described
  Schedule schedule_;
  Evaluator<S> evaluator_;

  std::optional<MetricsLog> log_;
  std::optional<TensorboardFile> tensorboard_;
  std::unique_ptr<TraceFile> trace_;
  std::optional<EngineTrace> engine_trace_;

  RunState state_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point saved_ = Clock::now();
  std::int64_t first_step_ = 0;   // of this call
  std::int64_t saved_step_ = -1;  // of the newest checkpoint
  std::string status_ = "finished";
  std::vector<std::string> warnings_;
  int stopped_by_ = 0;   // a signal's number
  bool called_ = false;  // for a meeting to stop
  comm::AdaptiveTimeout patience_;
  Clock::time_point round_began_ = Clock::now();
  std::int64_t traced_step_ = 0;
  double last_loss_ = 0;
  Summary summary_;
};

extern template class Session<float>;
extern template class Session<double>;

}  // namespace murmur::run
