// SPDX-License-Identifier: Apache-2.0
// murmur export: one model of a run as a safetensors file that opens in Python.
//
//   NAME                      parameters and buffers under the names and in the shapes of
//                             state_dict(), in the precision of the run
//   NAME.num_batches_tracked  of batch normalization: I64, no axis, the steps made
//   second names              of tied tensors, so that load_state_dict(strict=True) finds all
//   __metadata__              format ("pt"), model, step, config_digest, of (the worker, or
//                             "average"), murmur (the version)
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "murmur/run/wiring/saved_run.h"

namespace murmur::run {

struct ExportRequest {
  std::filesystem::path folder;  // of the run
  std::optional<int> worker;     // none: the average
  WhichStep which = {};
  std::filesystem::path output;
  bool force = false;  // an existing file is replaced
};

struct Exported {
  std::int64_t step = 0;
  std::int64_t tensors = 0;
  std::int64_t bytes = 0;  // of the file
};

// Throws UserError: no such run, worker or checkpoint; the file exists, or cannot be written.
Exported export_model(const ExportRequest& request);

}  // namespace murmur::run
