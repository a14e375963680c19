// SPDX-License-Identifier: Apache-2.0
// The catalog of everything that has a name: what `murmur list` shows, which names a configuration
// may contain, and which keys belong to which name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/options.h"

namespace murmur::run {

struct Entry {
  std::string name;
  std::string summary;
  std::string paper;  // datasets: license and source; may be empty
  std::vector<OptionInfo> options;
};

struct Kind {
  std::string table;   // in a configuration: "algorithm"
  std::string plural;  // for `list`: "algorithms"
  std::string note;    // keys that the table has for every name
  std::vector<Entry> entries;

  std::vector<std::string> names() const;
  const Entry* find(std::string_view name) const;
};

// All kinds, in the order of `murmur list`.
const std::vector<Kind>& catalog();

// The kind of names that [table] takes. REQUIRES: [table] takes names.
const Kind& kind_of(std::string_view table);

// Whether [table] takes names and `name` is one of them.
bool is_known(std::string_view table, std::string_view name);
// The keys of [table] that belong to one name, and those that belong to any name. REQUIRES: the
// table takes names, and `name` is one of them.
std::vector<std::string> keys_of(std::string_view table, std::string_view name);
std::vector<std::string> keys_of_all(std::string_view table);

// The names of a kind that have the option; for messages such as "is an option of ...".
std::vector<std::string> having(const Kind& kind, std::string_view option);

}  // namespace murmur::run
