// SPDX-License-Identifier: Apache-2.0
// LeNet-5 in its modern form: relu and max-pooling replace the sigmoids, sub-sampling and radial
// basis outputs of the original. Two 5 x 5 convolutions with 6 and 16 channels, each followed by
// relu and 2 x 2 pooling, then linear layers of 120, 84 and `classes` outputs. Images smaller than
// 32 x 32 are first padded with two zeros on every side, so the convolutions map both 28 x 28 and
// 32 x 32 images to 16 x 5 x 5.
#include "murmur/models/lenet.h"

#include "murmur/models/describe.h"
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

constexpr std::int64_t kKernel = 5;

void describe(Network& network) {
  const std::int64_t padding = lenet_padding(network.input);
  const auto left = [&](std::int64_t extent) {
    const std::int64_t first = (extent + 2 * padding - (kKernel - 1)) / 2;
    return (first - (kKernel - 1)) / 2;
  };
  const Convolution first{
      .inputs = network.input[0], .outputs = 6, .kernel = kKernel, .bias = true};
  const Convolution second{.inputs = 6, .outputs = 16, .kernel = kKernel, .bias = true};
  add_convolution(network, "conv1", first, default_start(first.fan_in()));
  add_convolution(network, "conv2", second, default_start(second.fan_in()));
  const std::int64_t features = 16 * left(network.input[1]) * left(network.input[2]);
  add_to_head(network, "fc1", {.inputs = features, .outputs = 120});
  add_to_head(network, "fc2", {.inputs = 120, .outputs = 84});
  add_to_head(network, "fc3", {.inputs = 84, .outputs = network.classes});
}

}  // namespace

std::int64_t lenet_padding(const ImageShape& input) {
  return input[1] < 32 || input[2] < 32 ? 2 : 0;
}

Model lenet() {
  return {.name = "lenet",
          .summary = "LeNet-5 with relu and max-pooling: two convolutions, three linear layers",
          .paper = "LeCun, Bottou, Bengio, Haffner, Proceedings of the IEEE, 1998",
          .options = {},
          .smallest_rows = 12,
          .smallest_columns = 12,
          .describe = describe};
}

}  // namespace murmur::models
