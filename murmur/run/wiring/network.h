// SPDX-License-Identifier: Apache-2.0
// The configured model for the images of the configured dataset.
#pragma once

#include <cstdint>

#include "murmur/core/image_shape.h"
#include "murmur/models/network.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

// Throws UserError: the model does not accept images of this shape.
models::Network make_network(const Config& config, const ImageShape& images, std::int64_t classes);

}  // namespace murmur::run
