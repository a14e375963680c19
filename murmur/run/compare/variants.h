// SPDX-License-Identifier: Apache-2.0
// [[compare.method]], [[compare.setting]] and [compare.tune] -> layers. Throws UserError with the
// place in the file.
#pragma once

#include <string>
#include <vector>

#include <toml++/toml.h>

#include "murmur/run/compare/plan.h"

namespace murmur::run {

// `kind`: "method" or "setting"; only a method may be a reference. `node`: null, none are given.
std::vector<PlannedVariant> read_variants(const toml::node* node, const std::string& kind);

// Lists of values by key. `node`: null, none are given.
std::vector<TunedKey> read_tuned(const toml::node* node);

// Refuses a key that is set by a setting and by a method.
void require_disjoint(const std::vector<PlannedVariant>& settings,
                      const std::vector<PlannedVariant>& methods);

// Refuses a method's `in` for a setting that does not exist.
void require_known_settings(const std::vector<PlannedVariant>& settings,
                            const std::vector<PlannedVariant>& methods);

// Refuses a list of published values whose length is not the number of columns.
void require_published_everywhere(const std::vector<PlannedVariant>& settings,
                                  const std::vector<PlannedVariant>& methods);

// A table's entries in the order of the file; the table itself sorts them by name.
struct TableEntry {
  const toml::key* key = nullptr;
  const toml::node* value = nullptr;
};
std::vector<TableEntry> in_file_order(const toml::table& table);

}  // namespace murmur::run
