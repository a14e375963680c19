// SPDX-License-Identifier: Apache-2.0
// The data and the network of a training run, before any computation: `train` computes with them,
// `plan` counts their costs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "murmur/data/training_data.h"
#include "murmur/learning/statistics.h"
#include "murmur/learning/supervised.h"
#include "murmur/models/network.h"
#include "murmur/problems/problem.h"
#include "murmur/run/config/config.h"
#include "murmur/run/config/schedule.h"
#include "murmur/run/processes/world.h"
#include "murmur/run/wiring/resources.h"
#include "murmur/run/wiring/start_weights.h"
#include "murmur/threads/pool.h"
#include "murmur/topology/topology.h"

namespace murmur::run {

struct TrainingSetup {
  data::TrainingData data;
  models::Network network;
  StartWeights start = {};

  std::int64_t steps_per_epoch() const { return data.batches->steps_per_epoch(); }
  // Training examples of each worker.
  std::vector<std::int64_t> examples() const;
};

// Throws UserError: data missing or damaged (exit code 3), an impossible partition or network.
// Collective with a `world`; null: this process alone.
TrainingSetup make_training_setup(const Config& config,
                                  Resources& resources,
                                  threads::Pool& pool,
                                  World* world);

// The only way to make a problem that needs torch. Throws UserError if this build has no torch.
template <class S>
std::unique_ptr<problems::Problem<S>> make_training_problem(const Config& config,
                                                            const TrainingSetup& setup);

// The same problem, which scores models on other examples; null if there are none such.
template <class S>
std::unique_ptr<problems::Problem<S>> make_scoring_problem(const Config& config,
                                                           const TrainingSetup& setup,
                                                           learning::Scored scored);

// Null: the averaged model has the mean of the workers' statistics, or none.
template <class S>
std::unique_ptr<learning::Statistics<S>> make_statistics(const Config& config,
                                                         const TrainingSetup& setup);

Schedule make_schedule(const Config& config,
                       const topology::Topology& graph,
                       std::int64_t steps_per_epoch);

}  // namespace murmur::run
