// SPDX-License-Identifier: Apache-2.0
// murmur compare: a grid of runs (methods x settings x seeds, preceded by the tuning of every
// cell), one table, one report.
//
// A run's folder is named after the digest of its configuration, so a finished run is found again
// and not repeated, even after rows, columns or seeds were added to the file:
//
//   OUTPUT/comparison.toml  .csv  .json  report.html
//   OUTPUT/runs/METHOD_SETTING_seed-N_DIGEST/   a run; no checkpoints once it is finished
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "murmur/core/error.h"
#include "murmur/run/compare/result.h"
#include "murmur/run/config/config.h"
#include "murmur/run/processes/world.h"

namespace murmur::run {

struct CompareProgress {
  std::int64_t done = 0;      // runs
  std::int64_t total = 0;     // runs, including those of the tuning
  std::string running;        // label of the run that reported last; empty: none
  double seconds_left = -1;   // at the average pace so far; negative: not yet known
  bool finished_one = false;  // reported because a run has just ended
};

struct CompareRequest {
  std::filesystem::path file;
  Overrides overrides;
  std::optional<std::filesystem::path> output;  // none: runs/NAME, below MURMUR_OUTPUT if set
  bool resume = false;
  int jobs = 1;            // runs at a time; 1 with several processes
  World* world = nullptr;  // the processes that perform every run together; null: this one alone
  std::string command;     // that repeats the comparison, for the report
  std::function<void(const CompareProgress&)> progress = {};  // one call at a time, from any thread
  std::function<void(const std::string&)> warn = {};          // the same
  // Writes the report of a complete folder: of a run or of the comparison.
  std::function<Status(const std::filesystem::path& folder)> report = {};
  const std::atomic<int>* stop = nullptr;  // a signal's number, not 0: end after the step
};

struct CompareOutcome {
  ExitCode code = ExitCode::kDone;
  std::string message = {};  // empty on success
  std::filesystem::path folder = {};
  Comparison comparison = {};  // complete if code is kDone
};

// Throws UserError for what the user can fix: the file, the output folder. Every configuration of
// the grid is checked before anything runs. Failures during a run are in the outcome; a run that
// diverges is a result. In a world of several processes the first one calls this, and the others
// call serve_runs().
CompareOutcome compare(const CompareRequest& request);

}  // namespace murmur::run
