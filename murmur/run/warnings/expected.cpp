// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/warnings/expected.h"

#include "murmur/run/config/schedule.h"
#include "murmur/run/wiring/network.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

template <class S>
std::vector<Warning> expect(const Config& config, const DataShape& shape) {
  RunExtent extent = extent_of(config, shape);
  const Program<S> program = make_program<S>(config, false, extent.steps_per_epoch);
  const auto graph = make_graph(config);
  require_usable_graph(config, *graph, program);
  const models::Network network = make_network(config, shape.form);
  extent.messages = message_extent(config,
                                   program,
                                   models::layout(network, sizeof(S)),
                                   models::buffer_layout(network, sizeof(S)));
  return warnings_of(config, program, graph, extent);
}

}  // namespace

Layout layout_of(const Config& config, const DataShape& shape, std::size_t scalar_bytes) {
  return models::layout(make_network(config, shape.form), scalar_bytes);
}

RunExtent extent_of(const Config& config, const DataShape& shape) {
  const Layout layout = layout_of(config, shape, sizeof(float));
  const std::int64_t per_epoch = steps_per_epoch(config, shape);
  return {.steps = steps_of(config.schedule.length, per_epoch),
          .steps_per_epoch = per_epoch,
          .training_examples = shape.training,
          .validation_examples = shape.validation,
          .test_examples = shape.test,
          .examples_per_worker = examples_per_worker(config, shape),
          .parameters = static_cast<std::int64_t>(layout.parameters()),
          .data_doubt = shape.doubt};
}

std::vector<Warning> expected_warnings(const Config& config, Resources& resources) {
  const DataShape shape = shape_of(config, resources);
  return config.precision == Precision::kSingle ? expect<float>(config, shape)
                                                : expect<double>(config, shape);
}

}  // namespace murmur::run
