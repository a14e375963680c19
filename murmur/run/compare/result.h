// SPDX-License-Identifier: Apache-2.0
// What a comparison found: rows are methods, columns are settings, a cell holds one run per seed.
//
//   mean = sum v_s / S        std = sqrt(sum (v_s - mean)^2 / (S - 1)), none for one seed
//
// A diverged run has no value and counts as the worst: a cell with one has no mean, and of two such
// cells the one with fewer is the better.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "murmur/core/error.h"

namespace murmur::run {

// A key of the configuration and its value as TOML text.
struct Setting {
  std::string key = {};
  std::string value = {};
};
using Settings = std::vector<Setting>;

// A row or a column: its label and what it sets.
struct Variant {
  std::string label = {};
  Settings set = {};
  bool reference = false;  // of a row: shown for reference, not in the contest for the best
  // Of a row: what somebody published, per column, in the unit of the metric. Empty: nothing.
  std::vector<std::optional<double>> published = {};

  std::optional<double> published_in(std::size_t column) const {
    return column < published.size() ? published[column] : std::nullopt;
  }
};

struct CellRun {
  std::uint64_t seed = 0;
  std::string folder = {};           // relative to the comparison's
  std::optional<double> value = {};  // none: diverged
};

// One point of [compare.tune], on the first seed.
struct Trial {
  Settings set = {};
  std::string folder = {};
  std::optional<double> value = {};
};

struct Cell {
  std::vector<CellRun> runs = {};  // one per seed
  std::vector<Trial> trials = {};  // empty: nothing was tuned
  std::size_t chosen = 0;          // of the trials
  // ENSURES by summarize():
  std::optional<double> mean = {};  // none: a run diverged
  std::optional<double> std = {};   // none: a run diverged, or there is one seed
  std::int64_t diverged = 0;        // runs
  bool best = false;                // of its column, among the rows that are not for reference
};

// When the runs of a column first had an accuracy that all of them came to: the least of their best
// evaluations. Rows for reference and diverged runs do not count for it.
struct TimeToAccuracy {
  std::size_t setting = 0;
  double target = 0;  // of kRaceMetric
  struct Runner {
    std::size_t method = 0;
    double steps = 0;  // mean over seeds, of the first evaluation that is there
    std::optional<double> virtual_s = {};
  };
  std::vector<Runner> runners = {};  // those of which every run came to it
};
inline constexpr const char* kRaceMetric = "eval/accuracy_local_mean";

struct Comparison {
  std::string name = {};
  std::string metric = {};
  bool best_evaluation = false;
  std::vector<std::uint64_t> seeds = {};
  std::vector<Variant> methods = {};
  std::vector<Variant> settings = {};
  std::vector<std::vector<Cell>> cells = {};  // [method][setting]
  std::vector<TimeToAccuracy> races = {};     // of columns whose runs were evaluated on their way
  std::vector<std::string> warnings = {};     // of its runs, each with those that it concerns
  std::string command = {};                   // that makes it again
};

bool has_published(const Comparison& comparison);

// The trial with the best metric; ties go to the first, and so does a cell in which all diverged.
std::size_t choose(const std::vector<Trial>& trials, bool lower_is_better);

// Fills in mean, std, diverged and best of every cell.
void summarize(Comparison& comparison);

nlohmann::ordered_json to_json(const Comparison& comparison);
Result<Comparison> comparison_from_json(const nlohmann::ordered_json& json);

// One line per cell: method, setting, metric, mean, std, runs, diverged, best, one column per seed,
// one per tuned key, published where there is such a thing.
std::string to_csv(const Comparison& comparison);

}  // namespace murmur::run
