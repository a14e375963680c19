// SPDX-License-Identifier: Apache-2.0
// murmur predict: what a saved model says of new inputs, a JSON object each.
//
//   classes           {"class": 3, "name": "Business", "probabilities": [...]}   name: if there is
//   regression        {"values": [...]}
//   translation       {"source": "...", "translation": "..."}
//   language models   {"text": "...", "continuation": "..."}
//
// Of texts and image files "text" or "file" comes first.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include <nlohmann/json.hpp>

#include "murmur/run/config/config.h"
#include "murmur/run/wiring/saved_run.h"

namespace murmur::run {

struct PredictRequest {
  std::filesystem::path subject;  // the folder of a run, or a safetensors file
  Config config;                  // of the data and the model
  std::filesystem::path input;
  WhichStep which = {};                     // of a run
  std::optional<std::int64_t> tokens = {};  // of a continuation
  std::optional<double> temperature = {};   // of a continuation; none: the most probable tokens
  std::function<void(const std::string&)> warn = {};
  std::function<void(const nlohmann::ordered_json&)> line;  // called for each input, in order
};

// Throws UserError: data or inputs missing or of another form, tensors that do not fit (3); no
// checkpoint (6); an option of another task (2).
void predict(const PredictRequest& request);

}  // namespace murmur::run
