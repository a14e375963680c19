// SPDX-License-Identifier: Apache-2.0
// LeNet-5 as it is used today: relu and max-pooling in place of the sigmoids, sub-sampling and
// radial outputs of the original. Two 5 x 5 convolutions with 6 and 16 channels, each with relu and
// 2 x 2 pooling, then linear layers of 120 and 84. Images below 32 x 32 get a border of two zeros
// first, so that 28 x 28 and 32 x 32 alike come out of the convolutions as 16 x 5 x 5.
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

std::vector<Layer> layers(const OptionValues& /*options*/,
                          const ImageShape& input,
                          std::int64_t classes) {
  constexpr std::int64_t kKernel = 5;
  const std::int64_t padding = input[1] < 32 || input[2] < 32 ? 2 : 0;
  const auto left = [&](std::int64_t extent) {
    const std::int64_t first = (extent + 2 * padding - (kKernel - 1)) / 2;
    return (first - (kKernel - 1)) / 2;
  };
  const std::int64_t features = 16 * left(input[1]) * left(input[2]);
  return {
      {Conv2d{.inputs = input[0], .outputs = 6, .kernel = kKernel, .padding = padding}, "conv1"},
      {Relu{}},
      {MaxPool2d{.size = 2}},
      {Conv2d{.inputs = 6, .outputs = 16, .kernel = kKernel, .padding = 0}, "conv2"},
      {Relu{}},
      {MaxPool2d{.size = 2}},
      {Linear{.inputs = features, .outputs = 120}, "fc1"},
      {Relu{}},
      {Linear{.inputs = 120, .outputs = 84}, "fc2"},
      {Relu{}},
      {Linear{.inputs = 84, .outputs = classes}, "fc3"}};
}

}  // namespace

Model lenet() {
  return {.name = "lenet",
          .summary = "LeNet-5 with relu and max-pooling: two convolutions, three linear layers",
          .paper = "LeCun, Bottou, Bengio, Haffner, Proceedings of the IEEE, 1998",
          .options = {},
          .layers = layers};
}

}  // namespace murmur::models
