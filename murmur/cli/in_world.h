// SPDX-License-Identifier: Apache-2.0
// What the commands that many processes perform together have in common.
#pragma once

#include <atomic>
#include <functional>

#include "murmur/core/error.h"
#include "murmur/run/processes/world.h"
#include "murmur/run/train/train.h"

namespace murmur::cli {

using InWorld = std::function<ExitCode(run::World& world, const std::atomic<int>* stop)>;

// Calls perform() in the world of this process, with where signals are noted. What is wrong is said
// while the world is there: a launcher kills the processes that are left when one has ended with a
// code, and nobody ends before the world does.
ExitCode in_world(const InWorld& perform);

// Of a process that is not the first: says how its run failed, unless another one has.
void report_unless_told(const run::TrainOutcome& outcome);

}  // namespace murmur::cli
