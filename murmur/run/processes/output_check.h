// SPDX-License-Identifier: Apache-2.0
// Checks before the first round, not at the first checkpoint, whether the output folder can hold
// what a run will write.
#pragma once

#include <cstdint>
#include <filesystem>

#include "murmur/run/processes/world.h"

namespace murmur::run {

// Throws UserError if the file system of an existing folder has less than `bytes` available.
void require_room(const std::filesystem::path& folder, std::int64_t bytes);

// Collective. Throws UserError if a process sees another folder under that path, or none.
void require_shared(World& world, const std::filesystem::path& folder);

}  // namespace murmur::run
