// SPDX-License-Identifier: Apache-2.0
// The processes that perform the runs of a comparison together. The first one plans, chooses and
// writes; it broadcasts each run to the others, which take part in it, and finally broadcasts that
// there are no more. A run that ends without a result ends all processes.
#pragma once

#include <atomic>

#include <nlohmann/json_fwd.hpp>

#include "murmur/core/error.h"
#include "murmur/run/config/config.h"
#include "murmur/run/processes/world.h"
#include "murmur/run/train/train.h"

namespace murmur::run {

// Whether a comparison continues after a run that ended with this code.
bool is_result(ExitCode code);

// The first process's interface to the others. With a single process everything but train() does
// nothing.
class RankGroup {
 public:
  // Collective. Throws UserError if the processes differ in program or kind of processor. `world`:
  // null, this process alone.
  explicit RankGroup(World* world);

  // Throws UserError where the run has fewer workers than there are processes.
  void require_enough_workers(const Config& config) const;
  // From now on, processes of one host read each other's rows from shared memory, in all runs.
  void share_memory();
  // train(), performed by all processes. With a single process, callable from any thread.
  TrainOutcome train(const Config& config, TrainRequest request);
  // Ends the other processes with this code. Throws UserError if one of them has exited.
  void dismiss(ExitCode code);

 private:
  void broadcast(const nlohmann::json& what);

  World* world_;
  bool is_waiting_;  // whether the others wait for a message
};

// Called on the other processes: performs what the first process broadcasts, until dismiss() or
// until a run ends without a result. Throws UserError.
TrainOutcome serve_runs(World& world, const std::atomic<int>* stop);

}  // namespace murmur::run
