// SPDX-License-Identifier: Apache-2.0
// Makes the objects that a configuration names. An invalid combination (a hypercube of 12 workers,
// tables of different lengths) is a UserError with the source location of the table.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/program.h"
#include "murmur/engine/costs/timeline.h"
#include "murmur/engine/settings/gradient_settings.h"
#include "murmur/engine/settings/participation.h"
#include "murmur/engine/settings/tensor_factors.h"
#include "murmur/problems/problem.h"
#include "murmur/run/config/config.h"
#include "murmur/run/wiring/compression.h"
#include "murmur/topology/topology.h"

namespace murmur::run {

using Warn = std::function<void(const std::string&)>;

// The algorithm with its outer step. `steps_per_epoch`: for outer.start_epoch.
template <class S>
Program<S> make_program(const Config& config, bool starts_differ, std::int64_t steps_per_epoch);

engine::GradientSettings make_gradient_settings(const Config& config);

// Null: all workers take part in everything, with equal weights. `examples`: of each worker, for
// participation.weights = "examples"; empty: equal numbers.
std::shared_ptr<const engine::Participation> make_participation(
    const Config& config,
    std::int64_t steps_per_epoch,
    const std::vector<std::int64_t>& examples = {});

// The factors of algorithm.decay and [[algorithm.group]]; empty if there are none. Throws UserError
// for a group that matches no tensor.
std::vector<engine::TensorFactors> make_tensor_factors(const Config& config, const Layout& layout);

std::shared_ptr<const topology::Topology> make_graph(const Config& config);

// If the program mixes: throws UserError for weights that it cannot mix with.
template <class S>
void require_usable_graph(const Config& config,
                          const topology::Topology& graph,
                          const Program<S>& program);

// If the program mixes: warns about weights that are questionable for it. A part of warnings_of().
template <class S>
void warn_of_graph(const Config& config,
                   const topology::Topology& graph,
                   const Program<S>& program,
                   const Warn& warn);

// Throws UserError for an outer step that the base cannot have. REQUIRES: config.outer.
template <class S>
void require_usable_outer(const Config& config, const Program<S>& base, bool starts_differ);

// Warns about an outer step that cannot have its intended effect. A part of warnings_of().
template <class S>
void warn_of_outer(const Config& config, const Program<S>& program, const Warn& warn);

// The event schedule of an asynchronous program: with the speeds of the described cluster, or with
// workers of equal speed. Null for other programs.
template <class S>
std::shared_ptr<engine::EventSchedule> make_event_schedule(
    const Config& config,
    const Program<S>& program,
    std::shared_ptr<const topology::Topology> graph,
    std::int64_t parameters);

// The timeline of a program on the described cluster. REQUIRES: config.cluster.
template <class S>
engine::Timeline make_timeline(const Config& config,
                               const Program<S>& program,
                               std::shared_ptr<const topology::Topology> graph,
                               const MessageExtent& messages,
                               std::shared_ptr<engine::EventSchedule> schedule,
                               std::int64_t steps_per_epoch);

// Number of workers from which a worker receives at a step: mean over workers and steps.
double mean_degree(const topology::Topology& graph);

template <class S>
std::unique_ptr<problems::Problem<S>> make_analytic(const Config& config);

// Throws UserError if the program keeps one model for all and the workers' initial values differ.
template <class S>
void require_one_start(const Config& config,
                       const Program<S>& program,
                       const problems::Problem<S>& problem);

// Number of compute threads: as configured, or as many as this process may use if `sharing`
// processes share the machine.
int thread_count(const Config& config, int sharing = 1);

}  // namespace murmur::run
