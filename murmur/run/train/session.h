// SPDX-License-Identifier: Apache-2.0
// A training run in progress: its objects and what it does from step to step. Each section of
// members names the file that defines them. A resumed run produces the same bits and the same lines
// as one that never stopped.
//
// INVARIANT: whether a collective is called depends only on what all processes know: the step, the
// configuration, the agreed steps and what other collectives have returned.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "murmur/checkpoint/checkpoint.h"
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
#include "murmur/run/train/session_parts.h"
#include "murmur/run/train/train.h"
#include "murmur/run/warnings/warnings.h"
#include "murmur/run/wiring/training_setup.h"

namespace murmur::run {

template <class S>
class Session {
 public:
  // Throws UserError if parts of the configuration do not fit together.
  Session(const Config& config, const TrainRequest& request);

  std::int64_t checkpoint_bytes() const;
  std::string data_digest() const;  // of the content of the data

  // Collective: resumes the run configured as `before` where it stopped. Throws UserError if there
  // is no checkpoint, or if it is of another run, other data or another schedule.
  void restore(const Config& before);

  // Collective. REQUIRES: the folder exists; if `resumes`, restore() has been called.
  TrainOutcome run(bool resumes);

 private:
  // session.cpp
  engine::EngineParts<S> parts();
  Status begin_run(bool resumes);
  Status open_files();
  Status open_trace();
  Status rounds();
  Status round();
  Status finish_rounds();
  Status keep_time();
  bool line_is_due() const;
  int signal() const { return request_.stop == nullptr ? 0 : request_.stop->load(); }
  double wall_s() const;
  std::int64_t step() const { return engine_->counters().step; }
  std::int64_t last_step() const;
  void report_progress();

  // session_world.cpp
  bool is_first() const { return world_ == nullptr || world_->is_first(); }
  comm::Transport* transport() const { return world_ == nullptr ? nullptr : world_->transport(); }
  comm::Ownership ownership() const;
  // Called before each round; false: the run stops here.
  Result<bool> goes_on();
  Result<bool> handle_agreed_steps();
  Result<bool> of_first(bool value);  // the first process's value, on all processes
  void update_wait_limit();
  Status leave_together(const Status& status);
  Status close_trace();
  Result<double> mean_of(double value);  // over all processes, weighted by workers
  Result<double> all_wire_bytes();

  // session_divergence.cpp
  Status account(std::span<const double> losses);
  Status require_finite();  // collective
  Status diverge();
  Status go_back(std::int64_t step);
  Status diverged(std::int64_t step, int worker);

  // session_warnings.cpp
  RunExtent extent() const;
  void warn_of_configuration();
  void warn(const std::string& text);  // reports and records a text, each once

  // session_lines.cpp
  Result<MetricsLog> open_log(std::int64_t last_step) const;
  bool tests_at(std::int64_t step) const, translates_at(std::int64_t step) const;
  Status write_line();
  Result<MetricsLine> make_line();
  Result<std::optional<double>> mean_loss();  // none: no gradient was taken
  Result<Metrics> totals();
  Result<Summary> summarize();
  Status write_results();
  TrainOutcome outcome(const Status& status);

  // session_state.cpp
  bool checkpoint_is_due() const;
  bool time_is_due() const;
  checkpoint::CheckpointPlace checkpoint_place() const;
  Status save(bool best = false);
  void take_losses(const checkpoint::Extras& extras);

  const Config& config_;
  const TrainRequest& request_;
  World* const world_;              // null: one process
  const std::int64_t sent_before_;  // bytes sent by this process in earlier runs
  const RunFolder folder_;
  threads::Pool pool_;
  std::shared_ptr<Resources> resources_;
  TrainingSetup setup_;
  std::unique_ptr<problems::Problem<S>> problem_;
  std::unique_ptr<problems::Problem<S>> validation_, own_test_;  // null: there is no such set
  std::unique_ptr<learning::Statistics<S>> statistics_;
  std::unique_ptr<TranslationScorer<S>> translations_;  // null: none are asked for
  std::shared_ptr<const topology::Topology> graph_;
  std::shared_ptr<engine::EventSchedule> event_schedule_;  // null: the algorithm is synchronous
  std::unique_ptr<engine::Engine<S>> engine_;
  std::optional<engine::Timeline> timeline_;  // set if a cluster is described
  Schedule schedule_;
  Evaluator<S> evaluator_;
  std::optional<MetricsLog> log_;
  std::optional<TensorboardFile> tensorboard_;
  std::unique_ptr<TraceFile> trace_;
  std::optional<EngineTrace> engine_trace_;
  RunState state_;
  Clock::time_point began_ = Clock::now(), saved_ = Clock::now();
  std::int64_t first_step_ = 0, traced_step_ = 0;  // the step at which run() began
  std::int64_t saved_step_ = -1;                   // of the newest checkpoint
  std::string status_ = "finished";
  std::vector<std::string> warnings_;
  int stopped_by_ = 0;               // a signal's number; 0: none
  bool called_ = false;              // for an agreed step at which to stop
  std::vector<double> diverged_at_;  // per local worker: step of its first non-finite loss, or -1
  comm::AdaptiveTimeout timeout_;
  Clock::time_point round_began_ = Clock::now();
  double last_loss_ = 0;
  Summary summary_;
};

extern template class Session<float>;
extern template class Session<double>;

}  // namespace murmur::run
