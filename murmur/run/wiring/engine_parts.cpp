// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/engine_parts.h"

#include <utility>

#include "murmur/core/error.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {

template <class S>
engine::EngineParts<S> make_engine_parts(const Config& config,
                                         problems::Problem<S>& problem,
                                         std::shared_ptr<const topology::Topology> graph,
                                         const DataFacts& data,
                                         comm::Ownership ownership) {
  auto program = make_program<S>(config, problem.starts_differ(), data.steps_per_epoch);
  require_usable_graph(config, *graph, program);
  engine::GradientSettings gradient = make_gradient_settings(config);
  gradient.batches_of_step = data.batches_of_step;
  const auto schedule = make_event_schedule(
      config, program, graph, static_cast<std::int64_t>(problem.layout().parameters()));
  const auto compression = make_compression(config, program);
  return {.program = std::move(program),
          .topology = std::move(graph),
          .problem = &problem,
          .ownership = std::move(ownership),
          .weight_decay = config.algorithm.weight_decay,
          .schedule = schedule,
          .gradient = std::move(gradient),
          .factors_of_tensors = make_tensor_factors(config, problem.layout()),
          .participation = make_participation(config, data.steps_per_epoch, data.examples),
          .compression = compression};
}

template <class S>
void require_limits(const engine::EngineParts<S>& parts) {
  if (const Status fits = engine::check_limits(parts); !fits) {
    throw UserError(fits.failure().message);
  }
}

template engine::EngineParts<float> make_engine_parts(const Config&,
                                                      problems::Problem<float>&,
                                                      std::shared_ptr<const topology::Topology>,
                                                      const DataFacts&,
                                                      comm::Ownership);
template engine::EngineParts<double> make_engine_parts(const Config&,
                                                       problems::Problem<double>&,
                                                       std::shared_ptr<const topology::Topology>,
                                                       const DataFacts&,
                                                       comm::Ownership);
template void require_limits(const engine::EngineParts<float>&);
template void require_limits(const engine::EngineParts<double>&);

}  // namespace murmur::run
