// SPDX-License-Identifier: Apache-2.0
// [compare] of a configuration file: which runs a comparison consists of.
//
//   a run = file < setting < method < method in the setting < tuned values < environment
//           < command line < its seed
//
// A layer overrides those before it. The command line's `compare.*` keys change the table itself;
// --seed and MURMUR_SEED replace `seeds`. It is an error if a setting and a method set the same
// key; a tuned key overrides that of a method or a setting, and is not tuned if the command line
// sets it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <toml++/toml.h>

#include "murmur/run/compare/result.h"
#include "murmur/run/config/config.h"
#include "murmur/run/config/document.h"

namespace murmur::run {

// A row or a column, with the keys that it sets as a layer of dotted keys.
struct PlannedVariant {
  Variant variant;
  toml::table layer = {};
  std::map<std::string, toml::table> in = {};  // of a method: keys by the label of a setting
};

// One list of [compare.tune].
struct TunedKey {
  std::string key;
  std::vector<toml::table> layers = {};  // one per value, with this key alone
};

struct Plan {
  Document base;            // the file without [compare]
  toml::table environment;  // these two without `seed` and `compare.*`
  toml::table command_line;
  std::string name;    // of the comparison
  std::string metric;  // empty: the main metric of the runs' task
  bool best_evaluation = false;
  std::vector<std::uint64_t> seeds;      // at least one
  std::vector<PlannedVariant> methods;   // at least one
  std::vector<PlannedVariant> settings;  // at least one
  std::vector<TunedKey> tune;
  std::optional<std::size_t> tune_in;  // the setting in which values are chosen; none: in every one

  bool tunes_in(std::size_t setting) const { return tune_in.value_or(setting) == setting; }
};

// Throws UserError with the position in the file. The configurations of the runs are checked by
// cell_config().
Plan read_plan(const std::filesystem::path& file, const Overrides& overrides);

// The Cartesian product of all lists of [compare.tune], the last list changing fastest; one empty
// layer if there are no lists.
std::vector<toml::table> tuning_points(const Plan& plan);

// A layer in the form in which it is reported: keys and values as TOML text.
Settings settings_of(const toml::table& layer);

// Row, column and seed of a run.
struct CellPoint {
  std::size_t method = 0;
  std::size_t setting = 0;
  std::uint64_t seed = 0;
};
// The configuration of a run with these tuned values. Throws UserError.
Config cell_config(const Plan& plan, const CellPoint& point, const toml::table& tuned);

}  // namespace murmur::run
