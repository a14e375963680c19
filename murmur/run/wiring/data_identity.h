// SPDX-License-Identifier: Apache-2.0
// Checks that data are those of an earlier run, or those of the other processes. The content
// counts, not its location or file format.
#pragma once

#include <filesystem>
#include <string>

#include "murmur/data/dataset.h"
#include "murmur/run/config/config.h"
#include "murmur/run/processes/world.h"
#include "murmur/run/wiring/resources.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {

// "the content of its data differs: ...", for messages.
std::string other_data(const data::Dataset& dataset, const std::string& digest_before);

// For a finished run that is used as a run of this configuration: reads the data, and throws
// UserError with `code` if their content differs from the run's. Warns if the data cannot be read.
void require_data_of(const std::filesystem::path& folder,
                     const Config& config,
                     Resources& resources,
                     ExitCode code,
                     const Warn& warn);

// Collective. Throws UserError if a process has read data other than those of process 0.
void require_same_data(World& world, const std::string& digest);

}  // namespace murmur::run
