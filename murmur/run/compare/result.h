// SPDX-License-Identifier: Apache-2.0
// What a comparison found: rows are methods, columns are settings, a cell holds one run per seed.
//
//   mean = sum v_s / S        std = sqrt(sum (v_s - mean)^2 / (S - 1)), none for one seed
//
// A diverged run has no value and counts as the worst: a cell with such a run has no mean and is
// never the best.
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

// A row or a column: its label and the keys that it sets.
struct Variant {
  std::string label = {};
  Settings set = {};
  bool reference = false;  // of a row: shown for reference, excluded from the best
  // Of a row: published values, one per column, in the unit of the metric. Empty: none.
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

// One point of [compare.tune], run with the first seed.
struct Trial {
  Settings set = {};
  std::string folder = {};
  std::optional<double> value = {};  // of `tuned_by`; none: diverged
};

struct Cell {
  std::vector<CellRun> runs = {};  // one per seed
  std::vector<Trial> trials = {};  // empty: nothing was tuned, or it was tuned in another cell
  std::size_t chosen = 0;          // index of a trial
  Settings tuned = {};             // the chosen values, also of a cell without trials
  // ENSURES (by summarize()):
  std::optional<double> mean = {};  // none: a run diverged
  std::optional<double> std = {};   // none: a run diverged, or there is one seed
  std::int64_t diverged = 0;        // runs
  bool best = false;                // of its column, among the rows that are not for reference
};

// When the runs of a column first reached an accuracy that all of them reached: the minimum of
// their best evaluations. Reference rows and rows with a diverged run do not contribute to it.
struct TimeToAccuracy {
  std::size_t setting = 0;
  double target = 0;  // of kRaceMetric
  struct Runner {
    std::size_t method = 0;
    double steps = 0;  // mean over seeds of the first evaluation at the target
    std::optional<double> virtual_s = {};
  };
  std::vector<Runner> runners = {};  // methods whose runs all reached the target
};
inline constexpr const char* kRaceMetric = "eval/accuracy_local_mean";

struct Comparison {
  std::string name = {};
  std::string metric = {};
  std::string tuned_by = {};  // the metric by which values were chosen; empty: nothing was tuned
  std::string tuned_in = {};  // label of the column in which they were; empty: in each of its own
  bool best_evaluation = false;
  std::vector<std::uint64_t> seeds = {};
  std::vector<Variant> methods = {};
  std::vector<Variant> settings = {};
  std::vector<std::vector<Cell>> cells = {};  // [method][setting]
  std::vector<TimeToAccuracy> races = {};     // of columns whose runs have several evaluations
  std::vector<std::string> warnings = {};     // of its runs, each with the cells concerned
  std::string command = {};                   // that repeats the comparison
};

bool has_published(const Comparison& comparison);

// Index of the trial with the best metric; the first of several equal ones, also if all diverged.
std::size_t choose(const std::vector<Trial>& trials, bool lower_is_better);

// Fills in mean, std, diverged and best of every cell.
void summarize(Comparison& comparison);

nlohmann::ordered_json to_json(const Comparison& comparison);
Result<Comparison> comparison_from_json(const nlohmann::ordered_json& json);

// One line per cell: method, setting, metric, mean, std, runs, diverged, best, one column per seed,
// one per tuned key, and the published value if any is given.
std::string to_csv(const Comparison& comparison);

}  // namespace murmur::run
