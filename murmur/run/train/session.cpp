// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/train/session.h"

#include <cmath>
#include <ctime>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/files/atomic_file.h"
#include "murmur/run/records/class_counts.h"
#include "murmur/run/records/metric_table.h"
#include "murmur/run/wiring/engine_parts.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

double seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

std::shared_ptr<Resources> resources_of(const TrainRequest& request) {
  return request.resources != nullptr ? request.resources : make_resources();
}

}  // namespace

template <class S>
Session<S>::Session(const Config& config, const TrainRequest& request)
    : config_(config),
      request_(request),
      world_(request.world == nullptr || request.world->is_alone() ? nullptr : request.world),
      sent_before_(world_ == nullptr ? 0 : transport()->bytes_sent()),
      folder_{request.folder},
      pool_(thread_count(config, world_ == nullptr ? 1 : world_->local_processes())),
      resources_(resources_of(request)),
      setup_(make_training_setup(config, *resources_, pool_, world_)),
      problem_(make_training_problem<S>(config, setup_)),
      validation_(make_scoring_problem<S>(config, setup_, learning::Scored::kValidation)),
      own_test_(make_scoring_problem<S>(config, setup_, learning::Scored::kOwnTest)),
      statistics_(make_statistics<S>(config, setup_)),
      translations_(make_translation_scorer<S>(config, setup_, pool_)),
      graph_(make_graph(config)),
      engine_(std::make_unique<engine::Engine<S>>(parts())),
      schedule_(make_schedule(config, *graph_, setup_.steps_per_epoch())),
      evaluator_(*engine_,
                 {problem_.get(),
                  validation_.get(),
                  own_test_.get(),
                  statistics_.get(),
                  translations_.get()},
                 pool_,
                 config.evaluation),
      timeout_(std::chrono::milliseconds(std::llround(1e3 * config.processes.timeout_s))) {
  require_usable_best(config);
  for (const auto* problem : {&validation_, &own_test_}) {
    if (*problem != nullptr) {
      (*problem)->prepare(pool_.threads());
    }
  }
  const auto workers = static_cast<std::size_t>(engine_->local().size());
  state_.loss_sums.resize(workers);
  state_.loss_weights.resize(workers);
  diverged_at_.assign(workers, -1);
  if (config.cluster) {
    const Program<S>& program = engine_->program();
    const auto messages = message_extent(config, program, engine_->layout(), problem_->buffers());
    timeline_ =
        make_timeline(config, program, graph_, messages, event_schedule_, setup_.steps_per_epoch());
  }
  warn_of_configuration();
}

template <class S>
engine::EngineParts<S> Session<S>::parts() {
  auto parts =
      make_engine_parts(config_,
                        *problem_,
                        graph_,
                        {.steps_per_epoch = setup_.steps_per_epoch(),
                         .examples = setup_.examples(),
                         .batches_of_step =
                             [batches = setup_.data.batches](int worker, std::int64_t batch) {
                               return batches->batches_of_step(worker, batch);
                             }},
                        ownership());
  parts.pool = &pool_;
  parts.transport = transport();
  event_schedule_ = parts.schedule;
  require_limits(parts);
  return parts;
}

template <class S>
TrainOutcome Session<S>::run(bool resumes) {
  Status status = begin_run(resumes);
  if (status) {
    status = rounds();
  }
  const bool has_results = status || status.failure().kind == FailureKind::kDiverged;
  if (has_results) {
    Status ended = engine_->settle();  // no communication is pending when the next run begins
    ended = ended ? write_results() : ended;
    status = ended ? status : ended;
  }
  return outcome(leave_together(status));
}

template <class S>
Status Session<S>::begin_run(bool resumes) {
  if (const Status kept = keep_time(); !kept) {
    return kept;
  }
  first_step_ = step();
  const std::int64_t keep = !resumes ? -1 : (state_.extra_line ? first_step_ - 1 : first_step_);
  Result<MetricsLog> log = open_log(keep);
  if (!log) {
    return log.failure();
  }
  log_ = std::move(log).value();
  if (const Status opened = is_first() ? open_files() : Status(Ok{}); !opened) {
    return opened;
  }
  state_.extra_line = false;
  if (world_ != nullptr) {
    world_->agreement()->start_at(first_step_);
    update_wait_limit();
  }
  began_ = saved_ = round_began_ = Clock::now();
  return config_.output.trace ? open_trace() : Ok{};
}

template <class S>
Status Session<S>::open_files() {
  if (const Status written = write_classes(folder_.path, setup_.data); !written) {
    return written;
  }
  if (const data::Vocabulary* vocabulary = setup_.data.dataset->vocabulary.get()) {
    const auto path = folder_.path / vocabulary->file_name();
    if (const Status written = files::write_file(path, vocabulary->content()); !written) {
      return written;
    }
  }
  if (config_.output.tensorboard) {
    const std::int64_t next = log_->lines().empty() ? 0 : log_->lines().back().step + 1;
    auto file = TensorboardFile::follow(folder_.path, seconds_since_1970(), next);
    if (!file) {
      return file.failure();
    }
    tensorboard_ = std::move(file).value();
  }
  return Ok{};
}

template <class S>
Status Session<S>::open_trace() {
  const int process = world_ == nullptr ? 0 : world_->process();
  auto file = TraceFile::create(folder_.trace(process), process);
  if (!file) {
    return file.failure();
  }
  trace_ = std::move(file).value();
  engine_trace_.emplace(*trace_, traced_step_, state_.wall_s, began_);
  engine_->trace(&*engine_trace_);
  return Ok{};
}

template <class S>
std::int64_t Session<S>::last_step() const {
  return std::min(schedule_.steps(), request_.steps_limit.value_or(schedule_.steps()));
}

template <class S>
Status Session<S>::rounds() {
  while (step() < last_step()) {
    const Result<bool> on = goes_on();
    if (!on) {
      return on.failure();
    }
    if (!on.value()) {
      break;
    }
    if (const Status done = round(); !done) {
      return done;
    }
    report_progress();
  }
  return finish_rounds();
}

template <class S>
Status Session<S>::round() {
  const double begin_s = wall_s();
  traced_step_ = step();
  const auto losses = engine_->step(schedule_.rate(step()));
  if (!losses) {
    return losses.failure().in(fmt::format("step {}", step()));
  }
  if (trace_) {
    trace_->span("step", engine::kAllWorkers, begin_s, wall_s(), traced_step_);
  }
  const Status finite = account(losses.value());
  if (const Status kept = keep_time(); !kept || !finite) {
    return finite ? kept : finite;
  }
  const bool line = line_is_due();
  const bool checkpoint = checkpoint_is_due() && step() < last_step();  // otherwise at the end
  if (line || checkpoint) {
    if (const Status all_finite = require_finite(); !all_finite) {
      return all_finite;
    }
  }
  if (const Status written = line ? write_line() : Status(Ok{}); !written) {
    return written;
  }
  return checkpoint ? save() : Ok{};
}

template <class S>
bool Session<S>::line_is_due() const {
  const EvaluationConfig& evaluation = config_.evaluation;
  return falls_on(evaluation.every, step(), setup_.steps_per_epoch()) ||
         (evaluation.bleu_every &&
          falls_on(*evaluation.bleu_every, step(), setup_.steps_per_epoch()));
}

// Virtual time is a pure function of the steps made, so a resumed run recomputes it.
template <class S>
Status Session<S>::keep_time() {
  while (timeline_ && timeline_->steps() < step()) {
    if (const Status kept = timeline_->step(); !kept) {
      return kept;
    }
  }
  return Ok{};
}

// A run writes a line at its last step, where a longer run may have none. The checkpoint keeps the
// loss sums as they are without that line.
template <class S>
Status Session<S>::finish_rounds() {
  if (const Status finite = require_finite(); !finite) {
    return finite;
  }
  const bool done = step() == schedule_.steps();
  status_ = stopped_by_ != 0 && !done ? "interrupted" : (done ? "finished" : "stopped");
  const Result<bool> has_line =
      of_first(!log_->lines().empty() && log_->lines().back().step == step());
  if (!has_line) {
    return has_line.failure();
  }
  if (!has_line.value() && status_ != "interrupted") {
    const RunState before = state_;
    if (const Status written = write_line(); !written) {
      return written;
    }
    state_.loss_sums = before.loss_sums;
    state_.loss_weights = before.loss_weights;
    state_.extra_line = true;
  }
  return saved_step_ == step() ? Ok{} : save();
}

template <class S>
double Session<S>::wall_s() const {
  return state_.wall_s + std::chrono::duration<double>(Clock::now() - began_).count();
}

template <class S>
void Session<S>::report_progress() {
  if (!request_.progress) {
    return;
  }
  const auto per_epoch = static_cast<double>(setup_.steps_per_epoch());
  const Metrics none;
  const Metrics& values = log_->lines().empty() ? none : log_->lines().back().values;
  const MainScore score = main_score(values);
  request_.progress({.first_step = first_step_,
                     .step = step(),
                     .steps = last_step(),
                     .epoch = static_cast<double>(step()) / per_epoch,
                     .epochs = static_cast<double>(last_step()) / per_epoch,
                     .loss = last_loss_,
                     .measure = score.words,
                     .score = score.measure == nullptr ? 0 : values.at(score.metric),
                     .wall_s = wall_s() - state_.wall_s});
}

template class Session<float>;
template class Session<double>;

}  // namespace murmur::run
