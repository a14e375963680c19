// SPDX-License-Identifier: Apache-2.0
// LeNet-5 in its modern form: relu and max-pooling replace the sigmoids, sub-sampling and radial
// basis outputs of the original. Two 5 x 5 convolutions with 6 and 16 channels, each followed by
// relu and 2 x 2 pooling, then linear layers of 120, 84 and `classes` outputs. Images smaller than
// 32 x 32 are first padded with two zeros on every side, so the convolutions map both 28 x 28 and
// 32 x 32 images to 16 x 5 x 5.
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
