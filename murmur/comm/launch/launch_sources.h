// SPDX-License-Identifier: Apache-2.0
// What each launcher left in the environment, by itself: who is right, if they disagree, and what
// follows is for launch.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "murmur/comm/launch/launch.h"
#include "murmur/core/error.h"

namespace murmur::comm {

enum class Launcher { kOpenMpi, kMpich, kPmix, kSlurm, kTorchrun };

struct ReadSource {
  Launcher launcher = Launcher::kOpenMpi;
  LaunchSource source;
  std::string process_variable;    // where source.process stands: "PMI_RANK"
  std::string processes_variable;  // where source.processes stands, or would
  int local_processes = -1;
  std::optional<Failure> trouble;  // kMismatch: its own numbers make no sense
};

// One per launcher that left something, in the order of Launcher.
std::vector<ReadSource> read_launch_sources(const Environment& environment);

// The value of a variable; one that is not set and one that is empty are the same.
std::string value_of(const Environment& environment, const std::string& name);

// Of the process that this is.
Environment process_environment();

}  // namespace murmur::comm
