// SPDX-License-Identifier: Apache-2.0
// metrics.jsonl: one line per evaluation, and what is remembered of the lines.
//
//   {"schema": 1, "step": 117, "epoch": 1.0, "wall_s": 3.2, "train/loss": 0.51, "eval/...": ...}
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/run/records/summary.h"

namespace murmur::run {

struct MetricsLine {
  std::int64_t step = 0;
  double epoch = 0;
  double wall_s = 0;
  Metrics values;
};

std::string to_json_line(const MetricsLine& line);  // without the newline
// All lines of a file; kDamaged where a line is none of ours.
Result<std::vector<MetricsLine>> read_metrics(const std::filesystem::path& file);

class MetricsLog {
 public:
  // Goes on behind the lines up to and including `last_step`; -1: begins anew.
  static Result<MetricsLog> open(const std::filesystem::path& file, std::int64_t last_step);

  // The same lines without the file: what another process writes.
  static Result<MetricsLog> follow(const std::filesystem::path& file, std::int64_t last_step);

  // On the disk's doorstep when it returns.
  Status append(MetricsLine line);

  const std::vector<MetricsLine>& lines() const { return lines_; }
  // The best of every value under eval/, the first of equals.
  std::map<std::string, Best> best() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
  std::vector<MetricsLine> lines_;
};

// metrics.csv: a column per name that occurs, a row per line.
std::string to_csv(const std::vector<MetricsLine>& lines);

}  // namespace murmur::run
