// SPDX-License-Identifier: Apache-2.0
// What the description of LeNet-5 and its module share.
#pragma once

#include <cstdint>

#include "murmur/core/image_shape.h"

namespace murmur::models {

// Zeros on every side of an image.
std::int64_t lenet_padding(const ImageShape& input);

}  // namespace murmur::models
