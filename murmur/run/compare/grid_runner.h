// SPDX-License-Identifier: Apache-2.0
// Performs the runs of a comparison, several at a time, each only once: one that has finished
// before, in this process or in another, is left as it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
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
  std::string label;  // for people: "QG-DSGDm-N, alpha = 0.1, seed 1"
  Config config;
  std::string folder;  // relative to the comparison's; set by Runner::place()
  std::size_t method = 0;
  std::size_t setting = 0;
};

class Runner {
 public:
  // `total`: how many runs perform() will be given in all. The other arguments outlive the runner.
  Runner(const CompareRequest& request,
         RankGroup& crew,
         const std::filesystem::path& folder,
         std::int64_t total);

  // The folder of a run: of an equal one if there has been one.
  std::string place(const std::string& slug, const Config& config);

  // Warnings that runs need not give: the comparison has said them.
  void know(const std::vector<std::string>& warnings);

  const std::shared_ptr<Resources>& resources() const { return resources_; }

  // Returns when all have ended, or the first that failed and those beside it. Diverged runs are
  // results. Throws UserError.
  void perform(const std::vector<PlannedRun>& runs);

  // kDone as long as nothing failed and nobody asked to stop.
  ExitCode code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  using Clock = std::chrono::steady_clock;

  void work(const std::vector<const PlannedRun*>& queue);
  const PlannedRun* next(const std::vector<const PlannedRun*>& queue);
  TrainOutcome run(const PlannedRun& planned);
  void step(const PlannedRun& planned, const Progress& progress);
  void end(const PlannedRun& planned, const TrainOutcome& outcome);
  void say(const std::string& running, bool finished_one) MURMUR_REQUIRES(mutex_);
  double seconds_left() const MURMUR_REQUIRES(mutex_);

  const CompareRequest& request_;
  RankGroup& crew_;
  const std::filesystem::path& folder_;
  std::int64_t total_;
  std::shared_ptr<Resources> resources_;
  std::shared_ptr<Resources> own_resources_;   // what this process reads without the others
  std::map<std::string, std::string> places_;  // digest -> folder

  Mutex mutex_;
  std::set<std::string> known_ MURMUR_GUARDED_BY(mutex_);  // warnings that were said
  std::size_t next_ MURMUR_GUARDED_BY(mutex_) = 0;
  std::int64_t done_ MURMUR_GUARDED_BY(mutex_) = 0;
  double performed_ MURMUR_GUARDED_BY(mutex_) = 0;  // runs of this process that ended
  std::map<const PlannedRun*, double> running_ MURMUR_GUARDED_BY(mutex_);  // share done of each
  std::exception_ptr thrown_ MURMUR_GUARDED_BY(mutex_);
  ExitCode code_ = ExitCode::kDone;
  std::string message_;
  Clock::time_point began_ = Clock::now();
};

// Whether a folder holds this run, finished or diverged.
bool is_finished(const std::filesystem::path& folder, const Config& config);

// Runs below `folder` that were begun and have not finished, by name.
std::vector<std::string> unfinished_runs(const std::filesystem::path& folder);

}  // namespace murmur::run
