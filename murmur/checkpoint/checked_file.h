// SPDX-License-Identifier: Apache-2.0
// A file of a checkpoint, opened if its bytes are those that the manifest tells.
#pragma once

#include <filesystem>

#include "murmur/checkpoint/manifest.h"
#include "murmur/core/error.h"
#include "murmur/files/safetensors.h"

namespace murmur::checkpoint {

// `folder`: of the checkpoint. kDamaged: the file is missing, or its digest is another; kIo.
Result<files::SafetensorsReader> open_checked(const std::filesystem::path& folder,
                                              const CheckpointFile& file);

}  // namespace murmur::checkpoint
