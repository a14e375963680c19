// SPDX-License-Identifier: Apache-2.0
// What makes D2 and D2+ diverge: eigenvalues of the weights, and steps between two mixes.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/config/config.h"
#include "murmur/topology/topology.h"

namespace murmur::run {

// Empty for other algorithms.
std::vector<std::string> doubts_of_d2(const Config& config, const topology::Topology& all_steps);

}  // namespace murmur::run
