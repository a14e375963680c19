// SPDX-License-Identifier: Apache-2.0
// The event files that a folder has already when a run in it goes on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "murmur/core/error.h"

namespace murmur::run {

// Ends every event file of the folder before its first event of `next_step` or a later one, and
// before a record that was not written to its end. Gives the latest time in the files' names, none
// where there is no such file.
Result<std::optional<double>> cut_tensorboard_files(const std::filesystem::path& folder,
                                                    std::int64_t next_step);

}  // namespace murmur::run
