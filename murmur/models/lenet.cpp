// SPDX-License-Identifier: Apache-2.0
// LeNet-5 in its modern form: relu and max-pooling replace the sigmoids, sub-sampling and radial
// basis outputs of the original. Two 5 x 5 convolutions with 6 and 16 channels, each followed by
// relu and 2 x 2 pooling, then linear layers of 120, 84 and `classes` outputs. Images smaller than
// 32 x 32 are first padded with two zeros on every side, so the convolutions map both 28 x 28 and
// 32 x 32 images to 16 x 5 x 5.
#include "murmur/models/chain.h"
#include "murmur/models/describe.h"
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

void describe(Network& network) {
  const std::int64_t padding = network.input[1] < 32 || network.input[2] < 32 ? 2 : 0;
  Chain body(network);
  body.convolution("conv1", {.outputs = 6, .kernel = 5, .padding = padding, .kaiming = false});
  body.relu().max_pool(2);
  body.convolution("conv2", {.outputs = 16, .kernel = 5, .kaiming = false});
  body.relu().max_pool(2).flatten();
  add_to_head(network, "fc1", {.inputs = body.features(), .outputs = 120});
  add_to_head(network, "fc2", {.inputs = 120, .outputs = 84});
  add_to_head(network, "fc3", {.inputs = 84, .outputs = network.classes});
}

}  // namespace

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
