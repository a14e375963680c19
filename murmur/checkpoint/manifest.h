// SPDX-License-Identifier: Apache-2.0
// What a checkpoint says about itself: manifest.json, written last. A folder without it is not a
// checkpoint.
//
//   {"schema": 1, "step": 40, "algorithm": "qg-dsgdm-n", "precision": "single", "workers": 16,
//    "config_digest": "...", "counters": {"age": 40, "previous_lr": 0.1, ...},
//    "files": [{"name": "workers-0-15.safetensors", "bytes": 1234, "digest": "...",
//               "first_worker": 0, "workers": 16}, ...],
//    "extras": null or {"name": ..., "bytes": ..., "digest": ...}, "texts": {...},
//    "digest": "XXH3 of the same object without this member, as compact JSON"}
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/comm/ownership.h"
#include "murmur/core/error.h"
#include "murmur/engine/engine.h"

namespace murmur::checkpoint {

struct CheckpointFile {
  std::string name;  // in the checkpoint's folder
  std::uint64_t bytes = 0;
  std::uint64_t digest = 0;
  comm::WorkerRange workers = {};
};

struct Manifest {
  std::string algorithm;
  std::string precision;  // "single" or "double"
  int workers = 0;
  std::string config_digest;
  engine::Counters counters;             // without push_weights, batches and ages
  std::vector<CheckpointFile> files;     // their workers are contiguous and cover all, from 0
  std::optional<CheckpointFile> extras;  // numbers that belong to no field
  std::map<std::string, std::string> texts;
};

std::string to_text(const Manifest& manifest);

// kDamaged: the text is wrong, and how; kMismatch: it has another schema.
Result<Manifest> parse_manifest(std::string_view text);

}  // namespace murmur::checkpoint
