// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/network.h"

#include <utility>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/core/error.h"
#include "murmur/models/compiled/compiled.h"
#include "murmur/models/model.h"

namespace murmur::run {
namespace {

void require_fit(const Config& config, const models::CompiledModel& model) {
  if (config.bf16) {
    throw UserError(
        fmt::format("{}: model.compute = \"bf16\": a compiled model computes as it was "
                    "compiled; leave it out",
                    config.model.place));
  }
  const bool is_double = config.precision == Precision::kDouble;
  if (is_double != model.is_double) {
    throw UserError(fmt::format("{}: precision = \"{}\", and {} was compiled in {} precision",
                                config.model.place,
                                is_double ? "double" : "single",
                                model.folder.string(),
                                model.is_double ? "double" : "single"));
  }
}

}  // namespace

models::Network make_network(const Config& config, const ExampleForm& form) {
  const models::Model* model = models::find_model(config.model.name);
  MURMUR_CHECK(model != nullptr, "model '{}'", config.model.name);
  auto network = models::make_network(*model, config.model.options, form);
  if (!network) {
    throw UserError(fmt::format("{}: data.name = \"{}\": {}",
                                config.model.place,
                                config.data.dataset.name,
                                network.failure().message),
                    exit_code(network.failure().kind));
  }
  models::Network made = std::move(network).value();
  made.bf16 = config.bf16;
  if (made.compiled != nullptr) {
    require_fit(config, *made.compiled);
  }
  return made;
}

}  // namespace murmur::run
