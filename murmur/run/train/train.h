// SPDX-License-Identifier: Apache-2.0
// One training run: configuration -> wired objects -> rounds, evaluations, checkpoints -> a folder.
// There is no global state, so a process may train many times; what is expensive to load (data) is
// kept in Resources.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "murmur/core/error.h"
#include "murmur/run/config/config.h"
#include "murmur/run/records/metrics.h"
#include "murmur/run/records/summary.h"

namespace murmur::run {

// How far a run has come; reported after every step.
struct Progress {
  std::int64_t first_step = 0;  // at which this call began
  std::int64_t step = 0;
  std::int64_t steps = 0;
  double epoch = 0;
  double epochs = 0;
  double loss = 0;           // of the last step, mean over workers
  std::string measure = {};  // "accuracy"; empty before the first evaluation
  double score = 0;          // of the last evaluation, mean of the local models
  double wall_s = 0;         // of this call
};

// What runs may share: unpacked datasets. Thread-safe: one run loads at a time, others wait.
class Resources;
class World;

struct TrainRequest {
  std::filesystem::path folder = {};
  bool resume = false;
  std::optional<std::int64_t> steps_limit = {};  // stop after this many steps in total
  std::shared_ptr<Resources> resources = {};     // null: for this run alone
  World* world = nullptr;  // the processes that perform this run; null: this one alone
  std::function<void(const Progress&)> progress = {};  // after every step
  std::function<void(const MetricsLine&)> line = {};   // after every line of metrics.jsonl
  std::function<void(const std::string&)> warn = {};   // before the first step, each text once
  // Makes the report of a folder that is complete; called by the first process.
  std::function<Status(const std::filesystem::path& folder)> report = {};
  const std::atomic<int>* stop =
      nullptr;  // a signal's number: end after the step, with a checkpoint
};

struct TrainOutcome {
  ExitCode code = ExitCode::kDone;
  std::string message = {};  // empty on success
  Summary summary = {};
  bool already_there = false;  // the folder held this finished run; nothing was computed
  bool told = false;           // another process reports this message
};

// Throws UserError for what the user can fix (folder in use, data missing, another run's
// checkpoint); failures during the run are in the outcome.
TrainOutcome train(const Config& config, const TrainRequest& request);

}  // namespace murmur::run
