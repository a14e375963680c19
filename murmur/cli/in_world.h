// SPDX-License-Identifier: Apache-2.0
// What the commands that run in several processes have in common.
#pragma once

#include <atomic>
#include <functional>

#include "murmur/core/error.h"
#include "murmur/run/processes/world.h"
#include "murmur/run/train/train.h"

namespace murmur::cli {

using InWorld = std::function<ExitCode(run::World& world, const std::atomic<int>* stop)>;

// Calls perform() with the world of this process and the flag that signals set. Errors are reported
// while the world still exists: a launcher kills the remaining processes as soon as one exits with
// a nonzero code, and no process exits before its world is closed.
ExitCode in_world(const InWorld& perform);

// For processes other than the first: prints why the run failed, unless another process does.
void report_unless_told(const run::TrainOutcome& outcome);

}  // namespace murmur::cli
