// SPDX-License-Identifier: Apache-2.0
// What a session reports: a line per evaluation, the summary, the digest.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "murmur/files/atomic_file.h"
#include "murmur/files/digest.h"
#include "murmur/learning/libraries.h"
#include "murmur/run/processes/stop.h"
#include "murmur/run/text/version.h"
#include "murmur/run/train/digest.h"
#include "murmur/run/train/session.h"

namespace murmur::run {
namespace {

std::int64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

// Whether all values are finite. If a loss or the distance is not, a model is not either.
bool is_finite(const Metrics& values) {
  for (const auto& [name, value] : values) {
    if (!std::isfinite(value)) {
      return false;
    }
  }
  return true;
}

std::map<std::string, std::string> versions_of(const Config& config) {
  std::map<std::string, std::string> versions{{"murmur", std::string(version())},
                                              {"torch", learning::torch_version()}};
  if (const auto library = learning::matmul_library(config.matmul)) {
    versions["matmul"] = library.value();
  }
  return versions;
}

}  // namespace

// Times are means over processes, weighted by their workers.
template <class S>
Result<Metrics> Session<S>::totals() {
  const engine::Times& times = engine_->times();
  const engine::Counters& counters = engine_->counters();
  const Result<double> gradient = mean_of(times.gradient_s);
  const Result<double> algorithm = mean_of(times.algorithm_s);
  const Result<double> evaluation = mean_of(evaluator_.seconds());
  const Result<double> wait = mean_of(times.wait_s);
  const Result<double> wire_bytes = all_wire_bytes();
  for (const Result<double>* each : {&gradient, &algorithm, &evaluation, &wait, &wire_bytes}) {
    if (!*each) {
      return each->failure();
    }
  }
  return Metrics{{"comm/bytes_sent", static_cast<double>(counters.bytes_sent)},
                 {"comm/messages", static_cast<double>(counters.messages)},
                 {"comm/wire_bytes", wire_bytes.value()},
                 {"time/wall_s", wall_s()},
                 {"time/gradient_s", state_.times.gradient_s + gradient.value()},
                 {"time/algorithm_s", state_.times.algorithm_s + algorithm.value()},
                 {"time/evaluation_s", state_.evaluation_s + evaluation.value()},
                 {"time/wait_s", state_.times.wait_s + wait.value()},
                 {"time/virtual_s", timeline_ ? timeline_->virtual_s() : 0}};
}

template <class S>
Result<std::optional<double>> Session<S>::mean_loss() {
  const Result<std::vector<double>> sums = engine_->collectives().gather(state_.loss_sums);
  const Result<std::vector<double>> weights = engine_->collectives().gather(state_.loss_weights);
  if (!sums || !weights) {
    return sums ? weights.failure() : sums.failure();
  }
  const double sum = std::accumulate(sums.value().begin(), sums.value().end(), 0.0);
  const double weight = std::accumulate(weights.value().begin(), weights.value().end(), 0.0);
  return weight > 0 ? std::optional(sum / weight) : std::nullopt;
}

// The end of a run that has become longer is no longer where the test set is looked at.
template <class S>
Result<MetricsLog> Session<S>::open_log(std::int64_t last_step) const {
  const auto revise = [&](MetricsLine& line) {
    if (state_.tested_at_end && !tests_at(line.step)) {
      std::erase_if(line.values,
                    [](const auto& value) { return value.first.starts_with("eval/"); });
    }
    if (!translates_at(line.step)) {
      line.values.erase("eval/bleu_averaged");
    }
  };
  return is_first() ? MetricsLog::open(folder_.metrics(), last_step, revise)
                    : MetricsLog::follow(folder_.metrics(), last_step, revise);
}

template <class S>
bool Session<S>::tests_at(std::int64_t step) const {
  return config_.evaluation.test == TestSet::kEvery || step == schedule_.steps();
}

template <class S>
bool Session<S>::translates_at(std::int64_t step) const {
  const std::optional<Span>& every = config_.evaluation.bleu_every;
  return translations_ != nullptr && tests_at(step) &&
         (!every || step == schedule_.steps() || falls_on(*every, step, setup_.steps_per_epoch()));
}

template <class S>
Result<MetricsLine> Session<S>::make_line() {
  const double begin_s = wall_s();
  const bool translates = translates_at(step());
  Result<Metrics> evaluated = evaluator_.evaluate(tests_at(step()), translates);
  if (!evaluated) {
    return evaluated.failure();
  }
  if (translates && is_first()) {
    const Status written =
        write_translations(folder_.path, step(), evaluator_.translations().lines);
    if (!written) {
      return written.failure();
    }
  }
  MetricsLine line{
      .step = step(),
      .epoch = static_cast<double>(step()) / static_cast<double>(setup_.steps_per_epoch()),
      .wall_s = wall_s(),
      .values = std::move(evaluated).value()};
  if (trace_) {
    trace_->span("evaluation", engine::kAllWorkers, begin_s, line.wall_s, line.step);
  }
  const Result<Metrics> sums = totals();
  if (!sums) {
    return sums.failure();
  }
  for (const auto& [name, value] : sums.value()) {
    if (name != "time/wall_s") {  // the line has it already
      line.values[name] = value;
    }
  }
  line.values["train/lr"] = schedule_.rate(std::max<std::int64_t>(step() - 1, 0));
  const Result<std::optional<double>> loss = mean_loss();
  if (!loss) {
    return loss.failure();
  }
  if (loss.value()) {
    line.values["train/loss"] = *loss.value();
  }
  return line;
}

template <class S>
Status Session<S>::write_line() {
  Result<MetricsLine> made = make_line();
  if (!made) {
    return made.failure();
  }
  const MetricsLine& line = made.value();
  if (const Status written = log_->append(line); !written) {
    return written;
  }
  if (tensorboard_) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const double now_s = std::chrono::duration<double>(now).count();
    if (const Status written = tensorboard_->append(line, now_s); !written) {
      return written;
    }
  }
  if (request_.line) {
    request_.line(line);
  }
  state_.loss_sums.assign(state_.loss_sums.size(), 0);
  state_.loss_weights.assign(state_.loss_weights.size(), 0);
  if (!is_finite(line.values)) {
    status_ = "diverged";
    return Failure{FailureKind::kDiverged,
                   fmt::format("diverged: a model became non-finite before step {}. A smaller "
                               "learning rate or a warm-up may help",
                               step())};
  }
  // A line that is written only because the run stops here is not one of a longer run.
  const bool lasts = line_is_due() || step() == schedule_.steps();
  if (config_.checkpoint.best.empty() || !lasts) {
    return Ok{};
  }
  const Result<bool> best = of_first(is_new_best(log_->lines(), config_.checkpoint.best));
  if (!best) {
    return best.failure();
  }
  return best.value() ? save(true) : Ok{};
}

template <class S>
std::string Session<S>::data_digest() const {
  return files::to_hex(setup_.data.dataset->digest);
}

template <class S>
Result<Summary> Session<S>::summarize() {
  Result<std::string> digested = digest_of_models(*engine_);
  if (!digested) {
    return digested.failure();
  }
  Result<Metrics> totalled = totals();
  if (!totalled) {
    return totalled.failure();
  }
  Metrics sums = std::move(totalled).value();
  if (timeline_ && step() > 0) {
    sums["time/virtual_step_s"] = timeline_->virtual_s() / static_cast<double>(step());
  }
  const RunExtent sizes = extent();
  return Summary{.name = config_.name,
                 .status = status_,
                 .workers = config_.workers,
                 .steps = step(),
                 .parameters = static_cast<std::int64_t>(engine_->layout().parameters()),
                 .final = log_->lines().empty() ? Metrics{} : log_->lines().back().values,
                 .best = log_->best(),
                 .totals = std::move(sums),
                 .data = {.training_examples = sizes.training_examples,
                          .examples_per_worker = sizes.examples_per_worker,
                          .validation_examples = sizes.validation_examples,
                          .test_examples = sizes.test_examples},
                 .warnings = warnings_,
                 .peak_memory_bytes = peak_memory_bytes(),
                 .digest = digested.value(),
                 .data_digest = data_digest(),
                 .config_digest = config_digest(config_),
                 .versions = versions_of(config_)};
}

template <class S>
Status Session<S>::write_results() {
  Result<Summary> summary = summarize();
  if (!summary) {
    return summary.failure();
  }
  summary_ = std::move(summary).value();
  if (const Status closed = close_trace(); !closed || !is_first()) {
    return closed;
  }
  if (config_.output.csv) {
    if (const Status written = files::write_file(folder_.csv(), to_csv(log_->lines())); !written) {
      return written;
    }
  }
  const std::string text = to_json(summary_).dump(2) + "\n";
  if (const Status written = files::write_file(folder_.summary(), text); !written) {
    return written;
  }
  return request_.report ? request_.report(folder_.path) : Ok{};
}

template <class S>
TrainOutcome Session<S>::outcome(const Status& status) {
  TrainOutcome outcome{.code = ExitCode::kDone, .message = {}, .summary = summary_};
  if (!status) {
    outcome.code = exit_code(status.failure().kind);
    outcome.message = status.failure().message;
    const bool common = status.failure().kind == FailureKind::kDiverged;
    outcome.told = world_ != nullptr && (common ? !is_first() : world_->has_heard_of_failure());
  } else if (status_ == "interrupted") {
    outcome.code = stop_code(stopped_by_);
    outcome.message = fmt::format("{} after {} of {} steps; --resume continues",
                                  stop_words(stopped_by_),
                                  step(),
                                  schedule_.steps());
    outcome.told = !is_first();
  }
  return outcome;
}

template class Session<float>;
template class Session<double>;

}  // namespace murmur::run
