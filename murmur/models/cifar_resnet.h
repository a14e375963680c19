// SPDX-License-Identifier: Apache-2.0
// What the description of a ResNet for small images and its module share.
#pragma once

#include <array>
#include <cstdint>

#include "murmur/core/options.h"
#include "murmur/models/norm.h"

namespace murmur::models {

struct CifarResnet {
  std::int64_t blocks = 3;  // per stage
  std::array<std::int64_t, 3> channels{16, 32, 64};
  Norm norm;
};

CifarResnet read_cifar_resnet(const OptionValues& options);

}  // namespace murmur::models
