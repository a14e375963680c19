// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/lenet.h"

#include <torch/nn/modules/conv.h>

#include "murmur/learning/torch/models/module.h"

namespace murmur::learning {
namespace {

struct LenetBody : BodyModule {
  explicit LenetBody(const models::Network& network)
      : conv1(
            register_module("conv1",
                            torch::nn::Conv2d(torch::nn::Conv2dOptions(network.input[0], 6, 5)
                                                  .padding(models::lenet_padding(network.input))))),
        conv2(register_module("conv2", torch::nn::Conv2d(6, 16, 5))) {}

  at::Tensor forward(const at::Tensor& images) override {
    const at::Tensor x = at::max_pool2d(at::relu(conv1(images)), 2);
    return at::max_pool2d(at::relu(conv2(x)), 2).flatten(1);
  }

  torch::nn::Conv2d conv1, conv2;
};

const RegisteredBody kLenet("lenet", make_body<LenetBody>);

}  // namespace
}  // namespace murmur::learning
