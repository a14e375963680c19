// SPDX-License-Identifier: Apache-2.0
// The processes that make the runs of a comparison together. The first one plans, chooses and
// writes; the others are told which run comes next, take part in it, and are told when it was the
// last one. A run that ends otherwise than with a result ends all of them.
#pragma once

#include <atomic>

#include <nlohmann/json_fwd.hpp>

#include "murmur/core/error.h"
#include "murmur/run/config/config.h"
#include "murmur/run/processes/world.h"
#include "murmur/run/train/train.h"

namespace murmur::run {

// Whether a comparison goes on behind a run that ended so.
bool is_result(ExitCode code);

// What the first process does with the others. All of it does nothing where there are none.
class RankGroup {
 public:
  // Collective. Throws UserError where processes are not alike. `world`: null, this process alone.
  explicit RankGroup(World* world);

  // Throws UserError where the run has fewer workers than there are processes.
  void require_enough_workers(const Config& config) const;
  // Processes of one host read each other's rows where they lie, in all runs.
  void share_memory();
  // train(), by all of them. Where there are no others, any thread.
  TrainOutcome train(const Config& config, TrainRequest request);
  // There is nothing more to do; they end with that code. Throws UserError where one is gone.
  void dismiss(ExitCode code);

 private:
  void broadcast(const nlohmann::json& what);

  World* world_;
  bool is_waiting_;  // the others, for what comes next
};

// What the other processes do: all that they are told, until they are dismissed or a run ends
// without a result. Throws UserError.
TrainOutcome serve_runs(World& world, const std::atomic<int>* stop);

}  // namespace murmur::run
