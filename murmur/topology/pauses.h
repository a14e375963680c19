// SPDX-License-Identifier: Apache-2.0
// `period` of every topology: the workers mix after `period`, 2 `period`, ... steps and are alone
// at the others, where the matrix is the identity. A graph that changes goes on by one matrix per
// mix.
#pragma once

#include <cstdint>
#include <memory>

#include "murmur/core/options.h"
#include "murmur/topology/topology.h"

namespace murmur::topology {

OptionInfo period_option();

// The topology itself if the period is 1. REQUIRES: period >= 1.
std::shared_ptr<const Topology> with_pauses(std::shared_ptr<const Topology> topology,
                                            std::int64_t period);

// 1: the workers mix at every step.
std::int64_t mix_period(const Topology& topology);
bool mixes_at(const Topology& topology, std::int64_t step);
// What they mix with, mix by mix: the topology without its pauses.
const Topology& of_mixes(const Topology& topology);

}  // namespace murmur::topology
