// SPDX-License-Identifier: Apache-2.0
// Whether the output folder can take what a run will write: found out before the first round, not
// at the first checkpoint.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "murmur/run/processes/world.h"

namespace murmur::run {

// Throws UserError where the disk of an existing folder has less room.
void require_room(const std::filesystem::path& folder, std::int64_t bytes);

// Collective. Throws UserError where a process sees another folder under that name, or none.
void require_shared(World& world, const std::filesystem::path& folder);

}  // namespace murmur::run
