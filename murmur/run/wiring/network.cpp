// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/network.h"

#include <utility>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/core/error.h"
#include "murmur/models/model.h"

namespace murmur::run {

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
  return made;
}

}  // namespace murmur::run
