// SPDX-License-Identifier: Apache-2.0
// The parts of an engine that a configuration names, for a problem that exists already.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "murmur/comm/ownership.h"
#include "murmur/engine/parts.h"
#include "murmur/problems/problem.h"
#include "murmur/run/config/config.h"
#include "murmur/topology/topology.h"

namespace murmur::run {

// What the data of a problem say.
struct DataFacts {
  std::int64_t steps_per_epoch = 1;
  std::vector<std::int64_t> examples = {};  // of each worker; empty: equal numbers
  // As engine::GradientSettings.
  std::function<std::int64_t(int worker, std::int64_t batch)> batches_of_step = {};
};

// All but the pool and the transport. Throws UserError if parts of the configuration
// do not fit together; more messages than a transport distinguishes are found by
// require_limits(). The problem is borrowed.
template <class S>
engine::EngineParts<S> make_engine_parts(const Config& config,
                                         problems::Problem<S>& problem,
                                         std::shared_ptr<const topology::Topology> graph,
                                         const DataFacts& data,
                                         comm::Ownership ownership);

// Throws UserError. REQUIRES: the parts are complete.
template <class S>
void require_limits(const engine::EngineParts<S>& parts);

}  // namespace murmur::run
