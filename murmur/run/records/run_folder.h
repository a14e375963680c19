// SPDX-License-Identifier: Apache-2.0
// The folder of a run, and what happens if it exists already (in parentheses: the exit code):
//
//   no run in it                                    a new run
//   the same run, finished                          it is shown, nothing is computed
//   another or an unfinished run, without --resume  refused (2)
//   with --resume: another run                      refused (6), naming the first key that differs
//   with --resume: no configuration, no checkpoint  refused (6)
#pragma once

#include <filesystem>

#include <fmt/format.h>

#include "murmur/run/config/config.h"

namespace murmur::run {

struct RunFolder {
  std::filesystem::path path;

  std::filesystem::path config() const { return path / "config.toml"; }
  std::filesystem::path metrics() const { return path / "metrics.jsonl"; }
  std::filesystem::path csv() const { return path / "metrics.csv"; }
  std::filesystem::path summary() const { return path / "summary.json"; }
  std::filesystem::path trace(int process = 0) const {
    return path / (process == 0 ? "trace.json" : fmt::format("trace-{}.json", process));
  }
  std::filesystem::path checkpoint() const { return path / "checkpoint"; }
  // The one with the best value of checkpoint.best.
  std::filesystem::path best_checkpoint() const { return checkpoint() / "best"; }
};

enum class Entrance { kNew, kResume, kShow };

// The configuration of the run in a folder. Throws UserError if it cannot be read.
Config stored_config(const RunFolder& folder);

// Decides as above. Throws UserError if the folder is refused.
Entrance enter(const RunFolder& folder, const Config& config, bool resume);

// Creates the folder. Throws UserError if that fails, as begin() does.
void make_folder(const RunFolder& folder);
// Creates the folder and writes config.toml.
void begin(const RunFolder& folder, const Config& config);

// runs/NAME-SEED, or MURMUR_OUTPUT/NAME-SEED if that variable is set.
std::filesystem::path default_folder(const Config& config);

}  // namespace murmur::run
