// SPDX-License-Identifier: Apache-2.0
// A session's checkpoints: the engine's state and the values from which the next line is computed.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "murmur/checkpoint/checkpoint.h"
#include "murmur/checkpoint/parts.h"
#include "murmur/core/error.h"
#include "murmur/files/digest.h"
#include "murmur/run/records/metric_table.h"
#include "murmur/run/text/names.h"
#include "murmur/run/train/resume_check.h"
#include "murmur/run/train/session.h"
#include "murmur/run/wiring/data_identity.h"

namespace murmur::run {
namespace {

constexpr double kDefaultEveryMinutes = 10;

constexpr const char* kLossSums = "loss_sums";
constexpr const char* kLossWeights = "loss_weights";
constexpr const char* kLossSteps = "loss_steps";  // in earlier versions, in place of the weights
constexpr const char* kExtraLine = "extra_line";
constexpr const char* kWireBytes = "wire_bytes";
constexpr const char* kTimes = "times_s";  // wall, evaluation, gradient, algorithm, wait
constexpr const char* kDataDigest = "data_digest";

[[noreturn]] void refuse(const RunFolder& folder, const std::string& why) {
  throw UserError(fmt::format("{} cannot be resumed: {}", folder.path.string(), why),
                  ExitCode::kCheckpoint);
}

// Checkpoints of earlier versions do not record the digest of the data.
void require_same_data(const RunFolder& folder,
                       const std::map<std::string, std::string>& texts,
                       const data::Dataset& dataset) {
  const auto before = texts.find(kDataDigest);
  if (before != texts.end() && before->second != files::to_hex(dataset.digest)) {
    refuse(folder, other_data(dataset, before->second));
  }
}

const std::vector<double>& numbers_of(const std::map<std::string, std::vector<double>>& all,
                                      const std::string& name,
                                      std::size_t count,
                                      const RunFolder& folder) {
  const auto found = all.find(name);
  if (found == all.end() || found->second.size() != count) {
    refuse(folder, fmt::format("its checkpoint lacks '{}'", name));
  }
  return found->second;
}

}  // namespace

void require_usable_best(const Config& config) {
  const std::string& metric = config.checkpoint.best;
  if (metric.empty()) {
    return;
  }
  const std::vector<std::string> known = metric_names();
  if (std::find(known.begin(), known.end(), metric) == known.end()) {
    throw UserError(fmt::format("checkpoint.best: there is no metric '{}'{}. Known: {}",
                                metric,
                                did_you_mean(metric, known),
                                join_names(known)));
  }
  if (metric.starts_with("validation/") && !config.data.validation.wanted()) {
    throw UserError(fmt::format(
        "checkpoint.best = \"{}\" wants a validation set: set data.validation", metric));
  }
}

bool is_new_best(const std::vector<MetricsLine>& lines, const std::string& metric) {
  const auto value_in = [&](const MetricsLine& line) {
    const auto found = line.values.find(metric);
    return found == line.values.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
  };
  const double last =
      metric.empty() ? std::numeric_limits<double>::quiet_NaN() : value_in(lines.back());
  const bool lower = lower_is_better(metric);
  return std::isfinite(last) &&
         std::all_of(lines.begin(), lines.end() - 1, [&](const MetricsLine& line) {
           const double value = value_in(line);
           return !std::isfinite(value) || (lower ? last < value : last > value);
         });
}

template <class S>
checkpoint::CheckpointPlace Session<S>::checkpoint_place() const {
  return {.folder = folder_.checkpoint(),
          .config_digest = config_digest(config_, Sameness::kMayResume),
          .keep = static_cast<int>(config_.checkpoint.keep)};
}

template <class S>
bool Session<S>::checkpoint_is_due() const {
  const CheckpointConfig& config = config_.checkpoint;
  return config.every_steps && step() % *config.every_steps == 0;
}

template <class S>
bool Session<S>::time_is_due() const {
  const CheckpointConfig& config = config_.checkpoint;
  if (config.every_steps && !config.every_minutes) {
    return false;
  }
  const double minutes = config.every_minutes.value_or(kDefaultEveryMinutes);
  return std::chrono::duration<double>(Clock::now() - saved_).count() >= 60 * minutes;
}

template <class S>
std::int64_t Session<S>::checkpoint_bytes() const {
  std::size_t numbers = 0;
  for (const Field& field : engine_->program().fields) {
    const auto rows = static_cast<std::size_t>(field.shared ? 1 : config_.workers);
    numbers += checkpoint::is_saved(field) ? rows * engine_->layout(field).parameters() : 0;
  }
  return static_cast<std::int64_t>(numbers * sizeof(S));
}

template <class S>
Status Session<S>::save(bool best) {
  const double begin_s = wall_s();
  const engine::Times& times = engine_->times();
  const Result<double> wire_bytes = all_wire_bytes();
  if (!wire_bytes) {
    return wire_bytes.failure();
  }
  const checkpoint::Extras extras{
      .numbers = {{kExtraLine, {state_.extra_line ? 1.0 : 0.0}},
                  {kWireBytes, {wire_bytes.value()}},
                  {kTimes,
                   {begin_s,
                    state_.evaluation_s + evaluator_.seconds(),
                    state_.times.gradient_s + times.gradient_s,
                    state_.times.algorithm_s + times.algorithm_s,
                    state_.times.wait_s + times.wait_s}}},
      .per_worker = {{kLossSums, state_.loss_sums}, {kLossWeights, state_.loss_weights}},
      .texts = {{kDataDigest, data_digest()}}};
  checkpoint::CheckpointPlace place = checkpoint_place();
  if (best) {
    place.folder = folder_.best_checkpoint();
    place.keep = 1;
  }
  if (const Status saved = save_checkpoint(*engine_, place, extras); !saved) {
    return saved.failure().in("saving a checkpoint");
  }
  saved_ = best ? saved_ : Clock::now();
  saved_step_ = best ? saved_step_ : step();
  if (trace_) {
    trace_->span("checkpoint", engine::kAllWorkers, begin_s, wall_s(), step());
  }
  return Ok{};
}

// Earlier versions stored the number of steps in place of the weights, and a meaningless loss for a
// worker that took several gradients in a step, or none.
template <class S>
void Session<S>::take_losses(const checkpoint::Extras& extras) {
  const std::size_t workers = state_.loss_sums.size();
  state_.loss_sums = numbers_of(extras.per_worker, kLossSums, workers, folder_);
  if (extras.per_worker.contains(kLossWeights)) {
    state_.loss_weights = numbers_of(extras.per_worker, kLossWeights, workers, folder_);
    return;
  }
  const double steps = numbers_of(extras.numbers, kLossSteps, 1, folder_)[0];
  const bool useless = engine_->program().is_asynchronous() && steps > 0;
  if (useless) {
    state_.loss_sums.assign(workers, 0);
  }
  if (useless && request_.warn) {
    request_.warn(fmt::format(
        "the checkpoint of step {} is of an earlier version: the next train/loss is the mean over "
        "the gradients from here on",
        step()));
  }
  state_.loss_weights.assign(workers, useless ? 0 : steps);
}

template <class S>
void Session<S>::restore(const Config& before) {
  const auto restored = restore_checkpoint(*engine_, checkpoint_place());
  if (!restored) {
    const bool missing = restored.failure().kind == FailureKind::kMissing;
    refuse(
        folder_,
        restored.failure().message +
            (missing
                 ? ". Start anew: without --resume and with another --output, or remove this folder"
                 : ""));
  }
  const checkpoint::Extras& extras = restored.value().extras;
  require_same_data(folder_, extras.texts, *setup_.data.dataset);
  require_same_beginning(make_schedule(before, *graph_, setup_.steps_per_epoch()),
                         schedule_,
                         {.name = config_.schedule.name, .folder = folder_.path, .steps = step()});
  for (const std::string& note : restored.value().notes) {
    warn(note);
  }
  take_losses(extras);
  const auto& times = numbers_of(extras.numbers, kTimes, 5, folder_);
  state_.extra_line = numbers_of(extras.numbers, kExtraLine, 1, folder_)[0] != 0;
  state_.wall_s = times[0];
  state_.evaluation_s = times[1];
  state_.times = {.gradient_s = times[2], .algorithm_s = times[3], .wait_s = times[4]};
  state_.wire_bytes = numbers_of(extras.numbers, kWireBytes, 1, folder_)[0];
  state_.tested_at_end = before.evaluation.test == TestSet::kEnd;
  saved_step_ = step();
}

template class Session<float>;
template class Session<double>;

}  // namespace murmur::run
