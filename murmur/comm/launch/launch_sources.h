// SPDX-License-Identifier: Apache-2.0
// Reads the environment variables of each launcher separately. launch.h compares the launchers and
// decides.
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
  std::string process_variable;    // variable of source.process: "PMI_RANK"
  std::string processes_variable;  // variable of source.processes, set or not
  int local_processes = -1;
  std::optional<Failure> failure;  // kMismatch: its numbers are invalid
};

// One per launcher whose variables are set, in the order of Launcher.
std::vector<ReadSource> read_launch_sources(const Environment& environment);

// The value of a variable; empty where it is not set.
std::string value_of(const Environment& environment, const std::string& name);

// The environment of this process.
Environment process_environment();

}  // namespace murmur::comm
