// SPDX-License-Identifier: Apache-2.0
// The report of a run or of a comparison: one self-contained HTML file that needs no network and no
// script. It is computed from the files of the folder, so it can be made again at any time.
#pragma once

#include <filesystem>
#include <string>

#include "murmur/core/error.h"

namespace murmur::run {

// What a folder holds.
enum class FolderKind { kRun, kComparison, kNeither };
FolderKind kind_of_folder(const std::filesystem::path& folder);

// Writes report.html into the folder of a run (config.toml, metrics.jsonl, summary.json) or of a
// comparison (comparison.json and its runs). kMissing: the folder holds neither; kDamaged: what it
// holds cannot be read; kIo: the report cannot be written.
Status write_report(const std::filesystem::path& folder);

// The page itself.
Result<std::string> run_report(const std::filesystem::path& folder);
Result<std::string> comparison_report(const std::filesystem::path& folder);

}  // namespace murmur::run
