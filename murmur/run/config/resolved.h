// SPDX-License-Identifier: Apache-2.0
// A resolved configuration as a list of keys, each with its value as TOML, in the order of the
// file.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/config/config.h"

namespace murmur::run {

struct Resolved {
  std::string table;  // "" at the top level
  std::string key;
  std::string text;

  bool operator==(const Resolved&) const = default;
  std::string path() const { return table.empty() ? key : table + "." + key; }
};

std::vector<Resolved> resolved_keys(const Config& config);

}  // namespace murmur::run
