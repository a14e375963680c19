// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/cifar_resnet.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/modules/conv.h>

#include "murmur/learning/torch/models/module.h"

namespace murmur::learning {
namespace {

torch::nn::Conv2d convolution(std::int64_t inputs,
                              std::int64_t outputs,
                              std::int64_t kernel,
                              std::int64_t stride = 1) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(inputs, outputs, kernel)
                               .stride(stride)
                               .padding(kernel / 2)
                               .bias(false));
}

struct Shortcut : torch::nn::Module {
  Shortcut(const models::Norm& kind, std::int64_t inputs, std::int64_t outputs)
      : conv(register_module("0", convolution(inputs, outputs, 1, 2))),
        norm(*this, "1", kind, outputs, models::NormPlace::kShortcut) {}

  at::Tensor forward(const at::Tensor& x) { return norm(conv(x)); }

  torch::nn::Conv2d conv;
  NormLayer norm;
};

struct BasicBlock : torch::nn::Module {
  BasicBlock(const models::Norm& norm, std::int64_t inputs, std::int64_t outputs)
      : conv1(register_module("conv1", convolution(inputs, outputs, 3, inputs == outputs ? 1 : 2))),
        bn1(*this, "bn1", norm, outputs, models::NormPlace::kActivated),
        conv2(register_module("conv2", convolution(outputs, outputs, 3))),
        bn2(*this, "bn2", norm, outputs, models::NormPlace::kLastOfBlock) {
    if (inputs != outputs) {
      downsample = register_module("downsample", std::make_shared<Shortcut>(norm, inputs, outputs));
    }
  }

  at::Tensor forward(const at::Tensor& x) {
    const at::Tensor out = bn2(conv2(bn1(conv1(x))));
    return at::relu_(out.add_(downsample == nullptr ? x : downsample->forward(x)));
  }

  torch::nn::Conv2d conv1;
  NormLayer bn1;
  torch::nn::Conv2d conv2;
  NormLayer bn2;
  std::shared_ptr<Shortcut> downsample;
};

struct Stage : torch::nn::Module {
  Stage(const models::CifarResnet& resnet, std::int64_t inputs, std::int64_t outputs) {
    for (std::int64_t i = 0; i < resnet.blocks; ++i) {
      blocks.push_back(register_module(
          std::to_string(i),
          std::make_shared<BasicBlock>(resnet.norm, i == 0 ? inputs : outputs, outputs)));
    }
  }

  at::Tensor forward(at::Tensor x) const {
    for (const auto& block : blocks) {
      x = block->forward(x);
    }
    return x;
  }

  std::vector<std::shared_ptr<BasicBlock>> blocks;
};

struct CifarResnetBody : BodyModule {
  explicit CifarResnetBody(const models::Network& network)
      : CifarResnetBody(models::read_cifar_resnet(network.options), network.input[0]) {}

  CifarResnetBody(const models::CifarResnet& resnet, std::int64_t channels)
      : conv1(register_module("conv1", convolution(channels, resnet.channels[0], 3))),
        bn1(*this, "bn1", resnet.norm, resnet.channels[0], models::NormPlace::kActivated),
        norm(resnet.norm) {
    std::int64_t inputs = resnet.channels[0];
    for (std::size_t i = 0; i < resnet.channels.size(); ++i) {
      stages.push_back(
          register_module("layer" + std::to_string(i + 1),
                          std::make_shared<Stage>(resnet, inputs, resnet.channels[i])));
      inputs = resnet.channels[i];
    }
  }

  at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = bn1(conv1(in_fast_format(images, norm)));
    for (const auto& stage : stages) {
      x = stage->forward(std::move(x));
    }
    return x.mean({2, 3});
  }

  torch::nn::Conv2d conv1;
  NormLayer bn1;
  models::Norm norm;
  std::vector<std::shared_ptr<Stage>> stages;
};

const RegisteredBody kCifarResnet("cifar-resnet", make_body<CifarResnetBody>);

}  // namespace
}  // namespace murmur::learning
