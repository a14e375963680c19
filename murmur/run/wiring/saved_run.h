// SPDX-License-Identifier: Apache-2.0
// The models that a run has saved, by the step of their checkpoint.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "murmur/checkpoint/saved_models.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

// Which checkpoint of a run: the newest one, that of a step, or the best one.
struct WhichStep {
  std::optional<std::int64_t> step;
  bool best = false;
};

// --step: a number, or "best". Throws UserError.
WhichStep which_step(const std::optional<std::string>& text);

// Whether a path is the folder of a run; the other possibility is a file.
bool is_run(const std::filesystem::path& path);

struct SavedRun {
  std::filesystem::path folder;
  Config config;
};

// Throws UserError if the folder holds no run.
SavedRun open_run(const std::filesystem::path& folder);

// The configuration with the vocabulary that the run was trained with, which is in its folder. Not
// of wordpiece, whose settings are beside the published one.
Config with_vocabulary_of(const SavedRun& run, Config config);

// S: of the run's precision. Throws UserError: there is no such checkpoint, or it is damaged (6).
template <class S>
checkpoint::SavedModels<S> read_models_of(const SavedRun& run, const WhichStep& which);

extern template checkpoint::SavedModels<float> read_models_of(const SavedRun&, const WhichStep&);
extern template checkpoint::SavedModels<double> read_models_of(const SavedRun&, const WhichStep&);

}  // namespace murmur::run
