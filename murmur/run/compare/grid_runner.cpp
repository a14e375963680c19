// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/compare/grid_runner.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "murmur/run/processes/stop.h"
#include "murmur/run/records/run_folder.h"
#include "murmur/run/wiring/data_identity.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// A run that was killed before its first checkpoint starts over, without its old files.
bool has_checkpoint(const RunFolder& folder) {
  if (!is_there(folder.config())) {
    return false;
  }
  if (is_there(folder.checkpoint())) {
    return true;
  }
  std::error_code error;
  std::filesystem::remove(folder.config(), error);
  std::filesystem::remove(folder.summary(), error);
  return false;
}

// A run that has ended needs no checkpoints but its best one, and they take most of its disk space.
void remove_checkpoints(const RunFolder& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator(folder.checkpoint(), error)) {
    all.push_back(entry.path());
  }
  for (const std::filesystem::path& path : all) {
    if (path != folder.best_checkpoint()) {
      std::filesystem::remove_all(path, error);
    }
  }
  if (!is_there(folder.best_checkpoint())) {
    std::filesystem::remove_all(folder.checkpoint(), error);
  }
}

}  // namespace

bool is_finished(const std::filesystem::path& folder, const Config& config) {
  const auto summary = read_summary(folder);
  return summary && (summary->status == "finished" || summary->status == "diverged") &&
         summary->config_digest == config_digest(config);
}

std::vector<std::string> unfinished_runs(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const auto summary = read_summary(entry.path());
    const bool ended = summary && (summary->status == "finished" || summary->status == "diverged");
    if (!ended && is_there(RunFolder{entry.path()}.config())) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

GridRunner::GridRunner(const CompareRequest& request,
                       RankGroup& group,
                       const std::filesystem::path& folder,
                       std::int64_t total)
    : request_(request),
      group_(group),
      folder_(folder),
      total_(total),
      resources_(make_resources()),
      own_resources_(request.world == nullptr || request.world->is_alone() ? resources_
                                                                           : make_resources()) {}

std::string GridRunner::place(const std::string& slug, const Config& config) {
  const std::string digest = config_digest(config);
  const auto [entry, is_new] = places_.try_emplace(
      digest, fmt::format("runs/{}_seed-{}_{}", slug, config.seed, digest.substr(0, 8)));
  return entry->second;
}

void GridRunner::know(const std::vector<std::string>& warnings) {
  const Lock lock(mutex_);
  known_.insert(warnings.begin(), warnings.end());
}

void GridRunner::perform(const std::vector<PlannedRun>& runs) {
  std::vector<const PlannedRun*> queue;
  std::set<std::string> seen;
  for (const PlannedRun& run : runs) {
    if (!seen.insert(run.folder).second) {
      continue;
    }
    if (is_finished(folder_ / run.folder, run.config)) {
      require_data_of(folder_ / run.folder,
                      run.config,
                      *own_resources_,
                      request_.resume ? ExitCode::kCheckpoint : ExitCode::kUsage,
                      request_.warn);
    } else {
      queue.push_back(&run);
    }
  }
  {
    const Lock lock(mutex_);
    next_ = 0;
    done_ += static_cast<std::int64_t>(runs.size() - queue.size());
  }
  const std::size_t workers = std::min(queue.size(), static_cast<std::size_t>(request_.jobs));
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < workers; ++i) {
    threads.emplace_back([&] { work(queue); });
  }
  work(queue);
  for (std::thread& thread : threads) {
    thread.join();
  }
  const Lock lock(mutex_);
  if (thrown_) {
    std::rethrow_exception(thrown_);
  }
  if (request_.stop != nullptr && *request_.stop != 0 && code_ == ExitCode::kDone) {
    code_ = stop_code(*request_.stop);
  }
}

void GridRunner::work(const std::vector<const PlannedRun*>& queue) {
  while (const PlannedRun* planned = next(queue)) {
    try {
      end(*planned, run(*planned));
    } catch (...) {
      const Lock lock(mutex_);
      thrown_ = thrown_ ? thrown_ : std::current_exception();
    }
  }
}

const PlannedRun* GridRunner::next(const std::vector<const PlannedRun*>& queue) {
  const Lock lock(mutex_);
  const bool stopped = request_.stop != nullptr && *request_.stop != 0;
  if (next_ >= queue.size() || thrown_ || code_ != ExitCode::kDone || stopped) {
    return nullptr;
  }
  const PlannedRun* planned = queue[next_++];
  running_[planned] = 0;
  report_progress(planned->label, false);
  return planned;
}

TrainOutcome GridRunner::run(const PlannedRun& planned) {
  const RunFolder folder{folder_ / planned.folder};
  Config config = planned.config;
  if (request_.jobs > 1) {
    config.threads = std::max(1, thread_count(config) / request_.jobs);
  }
  TrainRequest request;
  request.folder = folder.path;
  request.resume = has_checkpoint(folder);
  request.resources = resources_;
  request.progress = [&](const Progress& progress) { step(planned, progress); };
  request.warn = [&](const std::string& text) {
    const Lock lock(mutex_);
    if (known_.insert(text).second && request_.warn) {
      request_.warn(planned.label + ": " + text);
    }
  };
  request.report = request_.report;
  request.stop = request_.stop;
  TrainOutcome outcome = group_.train(config, request);
  if (is_result(outcome.code)) {
    remove_checkpoints(folder);
  }
  return outcome;
}

void GridRunner::step(const PlannedRun& planned, const Progress& progress) {
  const Lock lock(mutex_);
  running_[&planned] = static_cast<double>(progress.step) /
                       static_cast<double>(std::max<std::int64_t>(progress.steps, 1));
  report_progress(planned.label, false);
}

void GridRunner::end(const PlannedRun& planned, const TrainOutcome& outcome) {
  const Lock lock(mutex_);
  running_.erase(&planned);
  if (!is_result(outcome.code)) {
    if (code_ == ExitCode::kDone) {
      code_ = outcome.code;
      message_ = planned.label + ": " + outcome.message;
    }
    return;
  }
  ++done_;
  performed_ += 1;
  report_progress(planned.label, true);
}

void GridRunner::report_progress(const std::string& running, bool finished_one) {
  if (request_.progress) {
    request_.progress({.done = done_,
                       .total = total_,
                       .running = running,
                       .seconds_left = seconds_left(),
                       .finished_one = finished_one});
  }
}

double GridRunner::seconds_left() const {
  double begun = 0;
  for (const auto& [planned, share] : running_) {
    begun += share;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  const double performed = performed_ + begun;
  // The first steps of a run do not show its pace: data are being read.
  if (performed < 0.2 || seconds < 1) {
    return -1;
  }
  return seconds / performed * (static_cast<double>(total_ - done_) - begun);
}

}  // namespace murmur::run
