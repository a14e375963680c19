// SPDX-License-Identifier: Apache-2.0
// The table [cluster] of a resolved configuration.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "murmur/timing/cluster.h"

namespace murmur::run {

// Keys and their values as TOML, in a fixed order. Values that were not given are omitted.
std::vector<std::pair<std::string, std::string>> cluster_keys(const timing::Cluster& cluster);

}  // namespace murmur::run
