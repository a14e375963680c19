// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/network.h"

#include <utility>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/core/error.h"
#include "murmur/models/model.h"

namespace murmur::run {

models::Network make_network(const Config& config, const ImageShape& images, std::int64_t classes) {
  const models::Model* model = models::find_model(config.model.name);
  MURMUR_CHECK(model != nullptr, "model '{}'", config.model.name);
  auto network = models::make_network(*model, config.model.options, images, classes);
  if (!network) {
    throw UserError(fmt::format("{}: {}", config.model.place, network.failure().message));
  }
  models::Network made = std::move(network).value();
  made.bf16 = config.bf16;
  return made;
}

}  // namespace murmur::run
