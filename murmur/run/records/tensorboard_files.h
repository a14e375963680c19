// SPDX-License-Identifier: Apache-2.0
// Truncation of the event files that a folder has when a run in it continues.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "murmur/core/error.h"

namespace murmur::run {

// Truncates every event file of the folder before its first event of `next_step` or later, and
// before a record that is incomplete or damaged. Returns the latest time in the names of the files;
// none if there is no such file.
Result<std::optional<double>> cut_tensorboard_files(const std::filesystem::path& folder,
                                                    std::int64_t next_step);

}  // namespace murmur::run
