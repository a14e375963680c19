// SPDX-License-Identifier: Apache-2.0
// The input of a report: the files of a run's folder, read back.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/run/config/config.h"
#include "murmur/run/records/class_counts.h"
#include "murmur/run/records/metrics.h"
#include "murmur/run/records/summary.h"

namespace murmur::run {

struct RunRecord {
  std::filesystem::path folder = {};
  Summary summary = {};
  std::vector<MetricsLine> lines = {};  // ascending steps
  std::string config_text = {};         // config.toml
  Config config = {};
  std::optional<ClassCounts> classes = {};  // partition.json; none: the data have no classes
};

Result<RunRecord> read_run(const std::filesystem::path& folder);

}  // namespace murmur::run
