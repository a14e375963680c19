// SPDX-License-Identifier: Apache-2.0
// [compare] of a configuration file: which runs a comparison consists of.
//
//   a run = file < setting < method < method in the setting < tuned values < environment
//           < command line < its seed
//
// The command line's `compare.*` keys change the table itself; --seed and MURMUR_SEED replace
// `seeds`. A key set by a setting and a method is an error; a tuned key replaces a method's or a
// setting's, and is not tuned where the command line sets it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <toml++/toml.h>

#include "murmur/run/compare/result.h"
#include "murmur/run/config/config.h"
#include "murmur/run/config/document.h"

namespace murmur::run {

// A row or a column, with what it sets as a layer of dotted keys.
struct PlannedVariant {
  Variant variant;
  toml::table layer = {};
  std::map<std::string, toml::table> in = {};  // of a method: more, in the setting of that label
};

// A list of [compare.tune].
struct TunedKey {
  std::string key;
  std::vector<toml::table> layers = {};  // one per value, of this key alone
};

struct Plan {
  Document base;            // the file without [compare]
  toml::table environment;  // these two without `seed` and `compare.*`
  toml::table command_line;
  std::string name;  // of the comparison
  std::string metric;
  bool best_evaluation = false;
  std::vector<std::uint64_t> seeds;      // at least one
  std::vector<PlannedVariant> methods;   // at least one
  std::vector<PlannedVariant> settings;  // at least one
  std::vector<TunedKey> tune;
};

// Throws UserError with the place in the file. What the runs themselves are made of is checked by
// cell_config().
Plan read_plan(const std::filesystem::path& file, const Overrides& overrides);

// The product of all lists of [compare.tune], the last list changing fastest; one empty layer where
// there is none.
std::vector<toml::table> tuning_points(const Plan& plan);

// A layer as it is reported: keys and values as TOML text.
Settings settings_of(const toml::table& layer);

// One run: row, column, tuned values, seed. Throws UserError.
struct CellPoint {
  std::size_t method = 0;
  std::size_t setting = 0;
  std::uint64_t seed = 0;
};
Config cell_config(const Plan& plan, const CellPoint& point, const toml::table& tuned);

}  // namespace murmur::run
