// SPDX-License-Identifier: Apache-2.0
// Whether data are those that they are taken for: those of an earlier run, those of the other
// processes, those that were published. What counts is the content, not where or how it lies.
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

// Of a finished run that is taken for one of this configuration. Reads the data; where they are not
// there it warns. Throws UserError with `code` where their content is another one.
void require_data_of(const std::filesystem::path& folder,
                     const Config& config,
                     Resources& resources,
                     ExitCode code,
                     const Warn& warn);

// Collective. Throws UserError where a process has read other data than the first one.
void require_same_data(World& world, const std::string& digest);

}  // namespace murmur::run
