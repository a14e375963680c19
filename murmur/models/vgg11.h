// SPDX-License-Identifier: Apache-2.0
// What the description of VGG-11 and its module share: the sequence of its modules, numbered as in
// torchvision.
#pragma once

#include <cstdint>
#include <vector>

#include "murmur/core/image_shape.h"
#include "murmur/core/options.h"
#include "murmur/models/norm.h"

namespace murmur::models {

struct Vgg11 {
  std::vector<std::int64_t> channels;  // of each convolution; 0: a 2 x 2 max-pool
  Norm norm;
  std::int64_t hidden = 512;  // of the full classifier
  bool full = true;
  double dropout = 0.5;  // of the full classifier

  // Of an image's last feature map.
  std::int64_t features(const ImageShape& input) const;
  // How far the modules of a convolution, its norm and its activation advance the number in
  // `features.N`; norm and activation are one module in evonorm-s0.
  int modules_per_convolution() const;
};

Vgg11 read_vgg11(const OptionValues& options);

}  // namespace murmur::models
