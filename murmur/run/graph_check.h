// SPDX-License-Identifier: Apache-2.0
// What is wrong, or only doubtful, about mixing with these weights: found before the first step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "murmur/topology/topology.h"

namespace murmur::run {

struct GraphCheck {
  std::optional<std::string> refusal;  // rows that do not sum to one
  std::vector<std::string> warnings;
  double degree = 0;  // mean over workers of how many others one hears at a step
};

// REQUIRES: the program mixes. `needs_spectrum`: the algorithm diverges where an eigenvalue of the
// weights is -1/3 or less (D2).
GraphCheck check_graph(const topology::Topology& topology, bool needs_spectrum);

// Every worker reaches every other along the edges of these steps together.
bool is_connected(const std::vector<topology::MixingMatrix>& steps);

}  // namespace murmur::run
