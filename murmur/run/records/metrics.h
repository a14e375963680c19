// SPDX-License-Identifier: Apache-2.0
// metrics.jsonl, with one line per evaluation, and its lines in memory.
//
//   {"schema": 1, "step": 117, "epoch": 1.0, "wall_s": 3.2, "train/loss": 0.51, "eval/...": ...}
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
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
// Reads all lines of a file; an incomplete last line is ignored. kDamaged: another line is not
// valid.
Result<std::vector<MetricsLine>> read_metrics(const std::filesystem::path& file);

class MetricsLog {
 public:
  // May change a line that is kept.
  using Revise = std::function<void(MetricsLine&)>;

  // Opens the file for appending after the lines up to and including `last_step`, and removes later
  // ones; -1: removes all.
  static Result<MetricsLog> open(const std::filesystem::path& file,
                                 std::int64_t last_step,
                                 const Revise& revise = {});

  // The same lines without writing the file, which another process does.
  static Result<MetricsLog> follow(const std::filesystem::path& file,
                                   std::int64_t last_step,
                                   const Revise& revise = {});

  // Flushed to the operating system, not synced.
  Status append(MetricsLine line);

  const std::vector<MetricsLine>& lines() const { return lines_; }
  // The best finite value of every score (eval/ and validation/), the first one on ties.
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
