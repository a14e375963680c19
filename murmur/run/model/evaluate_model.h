// SPDX-License-Identifier: Apache-2.0
// murmur evaluate: the scores of saved models on the data of a configuration.
//
//   of a run    eval/NAME_local_mean, ..., eval/NAME_averaged, as in its metrics.jsonl
//   of a file   eval/NAME
//
// and the same under validation/ where the configuration has such a set.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "murmur/run/config/config.h"
#include "murmur/run/records/summary.h"
#include "murmur/run/wiring/saved_run.h"

namespace murmur::run {

struct EvaluateRequest {
  std::filesystem::path subject;  // the folder of a run, or a safetensors file
  Config config;                  // of the data and the model
  WhichStep which = {};           // of a run
  std::function<void(const std::string&)> warn = {};
};

struct Evaluated {
  std::optional<std::int64_t> step;  // of a run
  Metrics metrics;
};

// Throws UserError: data missing, or the tensors do not fit the model (3); no checkpoint (6).
Evaluated evaluate_model(const EvaluateRequest& request);

}  // namespace murmur::run
