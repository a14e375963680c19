// SPDX-License-Identifier: Apache-2.0
// summary.json: the last and best values of a run, its totals and its identity.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace murmur::run {

// Metric names, grouped by a slash ("eval/accuracy_local_mean"), and their values; non-finite ones
// are null in files.
using Metrics = std::map<std::string, double>;

struct Best {
  double value = 0;
  std::int64_t step = 0;
};

// Numbers of examples; 0: unknown (a record of an earlier version).
struct DataCounts {
  std::int64_t training_examples = 0;  // of the dataset, without those set aside for validation
  std::int64_t examples_per_worker = 0;
  std::int64_t validation_examples = 0;
  std::int64_t test_examples = 0;
};

struct Summary {
  std::string name = {};
  std::string status = {};  // finished, stopped (--steps-limit), interrupted, diverged
  std::int64_t workers = 0;
  std::int64_t steps = 0;  // steps performed
  std::int64_t parameters = 0;
  Metrics final = {};
  std::map<std::string, Best> best = {};  // of every score
  Metrics totals = {};
  DataCounts data = {};
  std::vector<std::string> warnings = {};  // given by the run
  std::int64_t peak_memory_bytes = 0;
  std::string digest = {};
  std::string data_digest = {};  // of the examples; empty: written by an earlier version
  std::string config_digest = {};
  std::map<std::string, std::string> versions = {};
};

// Whether lower values of the metric are better, by metric_table.h; false for an unknown metric.
bool lower_is_better(const std::string& metric);

// A number in JSON; null if it is not finite.
nlohmann::ordered_json number_json(double value);
nlohmann::ordered_json to_json(const Summary& summary);
// None: there is no summary.json in that folder, or it is not valid.
std::optional<Summary> read_summary(const std::filesystem::path& folder);

}  // namespace murmur::run
