// SPDX-License-Identifier: Apache-2.0
// What a report is made of: a run's folder, read back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/run/chart_classes.h"
#include "murmur/run/config.h"
#include "murmur/run/summary.h"

namespace murmur::run {

// One line of metrics.jsonl; null values are not a number.
struct MetricLine {
  std::int64_t step = 0;
  double epoch = 0;
  Metrics values;
};

struct RunRecord {
  std::filesystem::path folder;
  Summary summary;
  std::vector<MetricLine> lines;  // ascending steps
  std::string config_text;        // config.toml
  Config config;
  std::optional<ClassCounts> classes;  // partition.json; none: the data have no classes
};

Result<RunRecord> read_run(const std::filesystem::path& folder);

// The last line of every step, ascending: a resumed run may have written some twice. A torn last
// line is left out.
std::vector<MetricLine> read_metrics(const std::filesystem::path& file);

// Where the class counts are kept: {"schema": 1, "classes": [...], "counts": [[...], ...]}.
Status write_classes(const std::filesystem::path& folder, const ClassCounts& classes);

}  // namespace murmur::run
