// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/warnings/expected.h"

#include <utility>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/core/error.h"
#include "murmur/models/model.h"
#include "murmur/run/config/schedule.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

template <class S>
std::vector<Warning> expect(const Config& config, const RunExtent& extent) {
  const Program<S> program = make_program<S>(config, false, extent.steps_per_epoch);
  const auto graph = make_graph(config);
  require_usable_graph(config, *graph, program);
  return warnings_of(config, program, graph, extent);
}

}  // namespace

models::Network network_of(const Config& config, const DataShape& shape) {
  const models::Model* model = models::find_model(config.model.name);
  MURMUR_CHECK(model != nullptr, "model '{}'", config.model.name);
  auto network = models::make_network(*model, config.model.options, shape.shape, shape.classes);
  if (!network) {
    throw UserError(fmt::format("{}: {}", config.model.place, network.failure().message));
  }
  return std::move(network).value();
}

RunExtent extent_of(const Config& config, const DataShape& shape) {
  const Layout layout = models::layout(network_of(config, shape), sizeof(float));
  const std::int64_t per_epoch = steps_per_epoch(config, shape);
  return {.steps = steps_of(config.schedule.length, per_epoch),
          .steps_per_epoch = per_epoch,
          .training_examples = shape.training,
          .test_examples = shape.test,
          .examples_per_worker = examples_per_worker(config, shape),
          .parameters = static_cast<std::int64_t>(layout.parameters()),
          .data_doubt = shape.doubt};
}

std::vector<Warning> expected_warnings(const Config& config, Resources& resources) {
  const RunExtent extent = extent_of(config, shape_of(config, resources));
  return config.precision == Precision::kSingle ? expect<float>(config, extent)
                                                : expect<double>(config, extent);
}

}  // namespace murmur::run
