// SPDX-License-Identifier: Apache-2.0
// [cluster] as a resolved configuration has it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "murmur/timing/cluster.h"

namespace murmur::run {

// Keys and their values as TOML, in order. What was not given is left out.
std::vector<std::pair<std::string, std::string>> cluster_keys(const timing::Cluster& cluster);

}  // namespace murmur::run
