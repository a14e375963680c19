// SPDX-License-Identifier: Apache-2.0
// Performs the runs of a comparison, several at a time, each only once: a run that has already
// finished, in this process or in another, is not repeated.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "murmur/core/mutex.h"
#include "murmur/run/compare/compare.h"
#include "murmur/run/compare/rank_group.h"
#include "murmur/run/config/config.h"
#include "murmur/run/train/train.h"

namespace murmur::run {

struct PlannedRun {
  std::string label;  // for display: "QG-DSGDm-N, alpha = 0.1, seed 1"
  Config config;
  std::string folder;  // relative to the comparison's; set by GridRunner::place()
  std::size_t method = 0;
  std::size_t setting = 0;
};

class GridRunner {
 public:
  // `total`: number of runs that perform() receives in total. The other arguments outlive the
  // runner.
  GridRunner(const CompareRequest& request,
             RankGroup& group,
             const std::filesystem::path& folder,
             std::int64_t total);

  // The folder of a run; runs with equal configurations share one.
  std::string place(const std::string& slug, const Config& config);

  // Warnings that the comparison has already reported, so that the runs do not repeat them.
  void know(const std::vector<std::string>& warnings);

  const std::shared_ptr<Resources>& resources() const { return resources_; }

  // Returns when all runs have ended; after a failure, when the failed run and those running beside
  // it have ended. A diverged run is a result. Throws UserError.
  void perform(const std::vector<PlannedRun>& runs);

  // kDone unless a run failed or a stop was requested.
  ExitCode code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  using Clock = std::chrono::steady_clock;

  void work(const std::vector<const PlannedRun*>& queue);
  const PlannedRun* next(const std::vector<const PlannedRun*>& queue);
  TrainOutcome run(const PlannedRun& planned);
  void step(const PlannedRun& planned, const Progress& progress);
  void end(const PlannedRun& planned, const TrainOutcome& outcome);
  void report_progress(const std::string& running, bool finished_one) MURMUR_REQUIRES(mutex_);
  double seconds_left() const MURMUR_REQUIRES(mutex_);

  const CompareRequest& request_;
  RankGroup& group_;
  const std::filesystem::path& folder_;
  std::int64_t total_;
  std::shared_ptr<Resources> resources_;
  std::shared_ptr<Resources> own_resources_;   // what this process reads alone
  std::map<std::string, std::string> places_;  // digest -> folder

  Mutex mutex_;
  std::set<std::string> known_ MURMUR_GUARDED_BY(mutex_);  // reported warnings
  std::size_t next_ MURMUR_GUARDED_BY(mutex_) = 0;
  std::int64_t done_ MURMUR_GUARDED_BY(mutex_) = 0;
  double performed_ MURMUR_GUARDED_BY(mutex_) = 0;  // runs that ended in this process
  std::map<const PlannedRun*, double> running_ MURMUR_GUARDED_BY(mutex_);  // fraction done of each
  std::exception_ptr thrown_ MURMUR_GUARDED_BY(mutex_);
  ExitCode code_ = ExitCode::kDone;
  std::string message_;
  Clock::time_point began_ = Clock::now();
};

// Whether a folder holds this run, finished or diverged.
bool is_finished(const std::filesystem::path& folder, const Config& config);

// Names of the runs below `folder` that have begun and have not finished, sorted.
std::vector<std::string> unfinished_runs(const std::filesystem::path& folder);

}  // namespace murmur::run
