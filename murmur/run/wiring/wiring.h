// SPDX-License-Identifier: Apache-2.0
// Names of a configuration -> objects. What does not fit together (a hypercube of 12 workers,
// tables of different lengths) is a UserError with the place of the table that asked for it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "murmur/core/program.h"
#include "murmur/engine/costs/timeline.h"
#include "murmur/problems/problem.h"
#include "murmur/run/config/config.h"
#include "murmur/topology/topology.h"

namespace murmur::run {

using Warn = std::function<void(const std::string&)>;

// The algorithm with its outer step. `steps_per_epoch`: where outer.start_epoch needs it.
template <class S>
Program<S> make_program(const Config& config, bool starts_differ, std::int64_t steps_per_epoch);

std::shared_ptr<const topology::Topology> make_graph(const Config& config);

// Where the program mixes: refuses weights that it cannot mix with.
template <class S>
void require_usable_graph(const Config& config,
                          const topology::Topology& graph,
                          const Program<S>& program);

// Where the program mixes: of weights that it can hardly mix with. A part of warnings_of().
template <class S>
void warn_of_graph(const Config& config,
                   const topology::Topology& graph,
                   const Program<S>& program,
                   const Warn& warn);

// Refuses an outer step that the base cannot have; REQUIRES: there is one.
template <class S>
void require_usable_outer(const Config& config, const Program<S>& base, bool starts_differ);

// Of an outer step that cannot do what it is for. A part of warnings_of().
template <class S>
void warn_of_outer(const Config& config, const Program<S>& program, const Warn& warn);

// In which order the workers of an asynchronous program act: on the described cluster, or all
// equally fast. Null for other programs.
template <class S>
std::shared_ptr<engine::EventSchedule> make_event_schedule(
    const Config& config,
    const Program<S>& program,
    std::shared_ptr<const topology::Topology> graph,
    std::int64_t parameters);

// The rounds of a program on the described cluster. REQUIRES: config.cluster.
template <class S>
engine::Timeline make_timeline(const Config& config,
                               const Program<S>& program,
                               std::shared_ptr<const topology::Topology> graph,
                               std::int64_t parameters,
                               std::shared_ptr<engine::EventSchedule> schedule);

// How many others a worker hears at a step: the mean over workers and steps.
double mean_degree(const topology::Topology& graph);

template <class S>
std::unique_ptr<problems::Problem<S>> make_analytic(const Config& config);

// A program that keeps one model for all needs one start for all.
template <class S>
void require_one_start(const Config& config,
                       const Program<S>& program,
                       const problems::Problem<S>& problem);

// How many compute threads: what was asked for, or what this process may use, where `sharing` of
// them share the machine.
int thread_count(const Config& config, int sharing = 1);

}  // namespace murmur::run
