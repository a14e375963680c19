// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/vgg11.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include "murmur/learning/torch/models/module.h"

namespace murmur::learning {
namespace {

struct Features : torch::nn::Module {
  Features(const models::Vgg11& vgg, std::int64_t inputs) {
    int number = 0;
    for (const std::int64_t outputs : vgg.channels) {
      if (outputs == 0) {
        layers.emplace_back([](const at::Tensor& x) { return at::max_pool2d(x, 2); });
        ++number;
        continue;
      }
      const auto conv = register_module(
          std::to_string(number),
          torch::nn::Conv2d(torch::nn::Conv2dOptions(inputs, outputs, 3).padding(1)));
      layers.emplace_back([conv](const at::Tensor& x) { return conv->forward(x); });
      layers.emplace_back(NormLayer(
          *this, std::to_string(number + 1), vgg.norm, outputs, models::NormPlace::kActivated));
      number += vgg.modules_per_convolution();
      inputs = outputs;
    }
  }

  at::Tensor forward(at::Tensor x) const {
    for (const auto& layer : layers) {
      x = layer(x);
    }
    return x.flatten(1);
  }

  std::vector<std::function<at::Tensor(const at::Tensor&)>> layers;
};

// The full classifier without its last linear layer.
struct Hidden : torch::nn::Module {
  Hidden(std::int64_t features, std::int64_t units)
      : linear1(register_module("1", torch::nn::Linear(features, units))),
        linear4(register_module("4", torch::nn::Linear(units, units))) {}

  at::Tensor forward(at::Tensor x, double share, const Random* draws) {
    x = at::relu(linear1(drop(x, share, draws, 0)));
    return at::relu(linear4(drop(x, share, draws, 1)));
  }

  torch::nn::Linear linear1, linear4;
};

struct Vgg11Body : BodyModule {
  explicit Vgg11Body(const models::Network& network)
      : Vgg11Body(models::read_vgg11(network.options), network.input) {}

  Vgg11Body(const models::Vgg11& vgg, const ImageShape& input)
      : features(register_module("features", std::make_shared<Features>(vgg, input[0]))),
        norm(vgg.norm),
        share(vgg.dropout) {
    if (vgg.full) {
      classifier =
          register_module("classifier", std::make_shared<Hidden>(vgg.features(input), vgg.hidden));
    }
  }

  at::Tensor forward(const at::Tensor& images) override {
    const at::Tensor x = features->forward(in_fast_format(images, norm));
    return classifier == nullptr ? x : classifier->forward(x, share, dropout);
  }

  std::shared_ptr<Features> features;
  std::shared_ptr<Hidden> classifier;
  models::Norm norm;
  double share;
};

const RegisteredBody kVgg11("vgg11", make_body<Vgg11Body>);

}  // namespace
}  // namespace murmur::learning
