// SPDX-License-Identifier: Apache-2.0
// The folders of checkpoints:
//
//   DIR/step-40/           a whole checkpoint; the newest is that of the largest step
//   DIR/.step-60.tmp/      one that is being written
//   DIR/.step-20.old/      one that is being removed
//
// INVARIANT: a name without a dot appears and disappears by one rename, so that whoever is killed,
// at whatever moment, leaves whole checkpoints only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "murmur/checkpoint/manifest.h"
#include "murmur/core/error.h"

namespace murmur::checkpoint {

inline constexpr const char* kManifestName = "manifest.json";
inline constexpr std::size_t kMostManifestBytes = std::size_t{1} << 26;

std::filesystem::path checkpoint_path(const std::filesystem::path& folder, std::int64_t step);
std::filesystem::path temporary_path(const std::filesystem::path& folder, std::int64_t step);

// Steps of the checkpoints in a folder, the newest first; none where there is no folder. kIo.
Result<std::vector<std::int64_t>> checkpoint_steps(const std::filesystem::path& folder);

// Reads one manifest. kDamaged: it is missing, torn, or of another step; kMismatch, kIo.
Result<Manifest> read_manifest(const std::filesystem::path& folder, std::int64_t step);

// Makes the folder, drops what killed processes left, and makes the temporary one.
Status begin_checkpoint(const std::filesystem::path& folder, std::int64_t step);
// Puts the temporary one in its place, also where an older one of that step is.
Status place_checkpoint(const std::filesystem::path& folder, std::int64_t step);
void drop_temporary(const std::filesystem::path& folder, std::int64_t step);
// Of the checkpoints up to `step`, keeps so many.
void drop_old_checkpoints(const std::filesystem::path& folder, std::int64_t step, int keep);

}  // namespace murmur::checkpoint
