// SPDX-License-Identifier: Apache-2.0
// murmur compare: a grid of runs (methods x settings x seeds, before that the tuning of every
// cell), one table, one report.
//
// A run's folder is named after its configuration's digest, so a run that has finished is found
// again and not repeated, also after rows, columns or seeds were added to the file:
//
//   OUTPUT/comparison.toml  .csv  .json  report.html
//   OUTPUT/runs/METHOD_SETTING_seed-N_DIGEST/      a run's folder, without checkpoints once
//   finished
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
  std::int64_t total = 0;     // runs, with those of the tuning
  std::string running;        // the one that said something last; empty: none
  double seconds_left = -1;   // at the pace so far; negative: not known yet
  bool finished_one = false;  // said because a run has just ended
};

struct CompareRequest {
  std::filesystem::path file;
  Overrides overrides;
  std::optional<std::filesystem::path> output;  // none: runs/NAME, below MURMUR_OUTPUT if set
  bool resume = false;
  int jobs = 1;            // runs at a time; of several processes, one
  World* world = nullptr;  // the processes that make every run together; null: this one
  std::string command;     // that makes it again, for the report
  std::function<void(const CompareProgress&)> progress = {};  // one call at a time, from any thread
  std::function<void(const std::string&)> warn = {};          // the same
  // Makes the report of a folder that is complete: of a run, of the comparison.
  std::function<Status(const std::filesystem::path& folder)> report = {};
  const std::atomic<int>* stop = nullptr;  // a signal's number: end after the step
};

struct CompareOutcome {
  ExitCode code = ExitCode::kDone;
  std::string message = {};  // empty where all went well
  std::filesystem::path folder = {};
  Comparison comparison = {};  // complete where code is kDone
};

// Throws UserError for what the user can mend: the file, the output folder. Every configuration of
// the grid is checked before anything runs. What befalls a run on its way is in the outcome; runs
// that diverge are results.
// In a world this is the first process, and the others are in serve_runs().
CompareOutcome compare(const CompareRequest& request);

}  // namespace murmur::run
