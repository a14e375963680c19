// SPDX-License-Identifier: Apache-2.0
// Everything that is known by name, in one shape: what `murmur list` shows, what a configuration's
// names are checked against, and which keys belong to which name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/options.h"

namespace murmur::run {

struct Entry {
  std::string name;
  std::string summary;
  std::string paper;  // or, of data, licence and source; may be empty
  std::vector<OptionInfo> options;
};

struct Kind {
  std::string table;   // of a configuration: "algorithm"
  std::string plural;  // for `list`: "algorithms"
  std::string note;    // which keys the table has whatever the name
  std::vector<Entry> entries;

  std::vector<std::string> names() const;
  const Entry* find(std::string_view name) const;
};

// In the order in which they are listed.
const std::vector<Kind>& catalog();

// The kind whose names [table] takes. REQUIRES: it is there.
const Kind& kind_of(std::string_view table);

// Whether [table] takes names and this is one of them.
bool is_known(std::string_view table, std::string_view name);
// The keys of [table] that belong to one name, and those that belong to any.
std::vector<std::string> keys_of(std::string_view table, std::string_view name);
std::vector<std::string> keys_of_all(std::string_view table);

// Those of a kind that have the option: for "is an option of ...".
std::vector<std::string> having(const Kind& kind, std::string_view option);

}  // namespace murmur::run
