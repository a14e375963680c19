// SPDX-License-Identifier: Apache-2.0
// A session's checkpoints: the engine's state, and beside it what the next line is made of.
#include <fmt/format.h>

#include "murmur/checkpoint/checkpoint.h"
#include "murmur/checkpoint/parts.h"
#include "murmur/core/error.h"
#include "murmur/run/train/session.h"

namespace murmur::run {
namespace {

constexpr double kDefaultEveryMinutes = 10;

constexpr const char* kLossSums = "loss_sums";
constexpr const char* kLossSteps = "loss_steps";
constexpr const char* kExtraLine = "extra_line";
constexpr const char* kWireBytes = "wire_bytes";
constexpr const char* kTimes = "times_s";  // wall, evaluation, gradient, algorithm, wait

checkpoint::CheckpointPlace place_of(const RunFolder& folder, const Config& config) {
  return {.folder = folder.checkpoint(),
          .config_digest = config_digest(config, Sameness::kMayResume),
          .keep = static_cast<int>(config.checkpoint.keep)};
}

[[noreturn]] void refuse(const RunFolder& folder, const std::string& why) {
  throw UserError(fmt::format("{} cannot be resumed: {}", folder.path.string(), why),
                  ExitCode::kCheckpoint);
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
  std::int64_t rows = 0;
  for (const Field& field : engine_->program().fields) {
    rows += !checkpoint::is_saved(field) ? 0 : (field.shared ? 1 : config_.workers);
  }
  return rows * static_cast<std::int64_t>(engine_->layout().parameters() * sizeof(S));
}

template <class S>
Status Session<S>::save() {
  const double begin_s = wall_s();
  const engine::Times& times = engine_->times();
  const Result<double> wire_bytes = all_wire_bytes();
  if (!wire_bytes) {
    return wire_bytes.failure();
  }
  const checkpoint::Extras extras{
      .numbers = {{kLossSteps, {static_cast<double>(state_.loss_steps)}},
                  {kExtraLine, {state_.extra_line ? 1.0 : 0.0}},
                  {kWireBytes, {wire_bytes.value()}},
                  {kTimes,
                   {begin_s,
                    state_.evaluation_s + evaluator_.seconds(),
                    state_.times.gradient_s + times.gradient_s,
                    state_.times.algorithm_s + times.algorithm_s,
                    state_.times.wait_s + times.wait_s}}},
      .per_worker = {{kLossSums, state_.loss_sums}},
      .texts = {}};
  if (const Status saved = save_checkpoint(*engine_, place_of(folder_, config_), extras); !saved) {
    return saved.failure().in("saving a checkpoint");
  }
  saved_ = Clock::now();
  saved_step_ = step();
  if (trace_) {
    trace_->span("checkpoint", engine::kAllWorkers, begin_s, wall_s(), step());
  }
  return Ok{};
}

template <class S>
void Session<S>::restore() {
  const auto restored = restore_checkpoint(*engine_, place_of(folder_, config_));
  if (!restored) {
    refuse(folder_, restored.failure().message);
  }
  const checkpoint::Extras& extras = restored.value().extras;
  for (const std::string& note : restored.value().notes) {
    warn(note);
  }
  const auto& times = numbers_of(extras.numbers, kTimes, 5, folder_);
  state_ = {.loss_sums = numbers_of(extras.per_worker, kLossSums, state_.loss_sums.size(), folder_),
            .loss_steps =
                static_cast<std::int64_t>(numbers_of(extras.numbers, kLossSteps, 1, folder_)[0]),
            .extra_line = numbers_of(extras.numbers, kExtraLine, 1, folder_)[0] != 0,
            .wall_s = times[0],
            .evaluation_s = times[1],
            .times = {.gradient_s = times[2], .algorithm_s = times[3], .wait_s = times[4]},
            .wire_bytes = numbers_of(extras.numbers, kWireBytes, 1, folder_)[0]};
  saved_step_ = step();
}

template class Session<float>;
template class Session<double>;

}  // namespace murmur::run
