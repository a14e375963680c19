// SPDX-License-Identifier: Apache-2.0
// The folders of checkpoints:
//
//   DIR/step-40/           a complete checkpoint; the newest has the largest step
//   DIR/.step-60.tmp/      one that is being written
//   DIR/.step-20.old/      one that is being removed
//
// INVARIANT: a name without a dot appears and disappears by one rename, so that a process that is
// killed at any moment leaves only complete checkpoints.
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

// Steps of the checkpoints in a folder, the newest first; empty if the folder does not exist. kIo.
Result<std::vector<std::int64_t>> checkpoint_steps(const std::filesystem::path& folder);

// Reads one manifest. kDamaged: it is missing, damaged, or of another step; kMismatch, kIo.
Result<Manifest> read_manifest(const std::filesystem::path& folder, std::int64_t step);

// Creates the folder, removes what killed processes left, and creates the temporary folder.
Status begin_checkpoint(const std::filesystem::path& folder, std::int64_t step);
// Moves the temporary folder to its final name, and replaces an older checkpoint of that step.
Status place_checkpoint(const std::filesystem::path& folder, std::int64_t step);
void drop_temporary(const std::filesystem::path& folder, std::int64_t step);
// Removes all but the newest `keep` of the checkpoints up to `step`.
void drop_old_checkpoints(const std::filesystem::path& folder, std::int64_t step, int keep);

}  // namespace murmur::checkpoint
