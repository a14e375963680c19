// SPDX-License-Identifier: Apache-2.0
// The module of a body that is a chain of layers (models/chain.h).
#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include "murmur/learning/torch/models/layers.h"
#include "murmur/learning/torch/models/module.h"

namespace murmur::learning {
namespace {

namespace chain = models::chain;
using Step = std::function<at::Tensor(const at::Tensor&)>;

struct ChainBody : BodyModule {
  explicit ChainBody(const std::vector<chain::Layer>& layers) {
    for (const chain::Layer& layer : layers) {
      steps.push_back(
          std::visit([this](const auto& operation) { return step(operation); }, layer.operation));
    }
  }

  at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = images;
    for (const Step& step : steps) {
      x = step(x);
    }
    return x;
  }

  template <class Module>
  Step placed(const std::string& name, const std::shared_ptr<Module>& module) {
    place_module(*this, name, module);
    return [module](const at::Tensor& x) { return module->forward(x); };
  }

  Step step(const chain::ChannelsLast& /*format*/) {
    return [](const at::Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); };
  }
  Step step(const chain::Convolution& convolution) {
    return placed(
        convolution.name,
        std::make_shared<torch::nn::Conv2dImpl>(
            torch::nn::Conv2dOptions(convolution.inputs, convolution.outputs, convolution.kernel)
                .stride(convolution.stride)
                .padding(convolution.padding)
                .bias(convolution.bias)));
  }
  Step step(const chain::NormAndActivation& layer) {
    return NormLayer(*this, layer.name, layer.norm, layer.channels, models::NormPlace::kActivated);
  }
  Step step(const chain::Linear& linear) {
    return placed(linear.name,
                  std::make_shared<torch::nn::LinearImpl>(linear.inputs, linear.outputs));
  }
  Step step(const chain::Relu& /*relu*/) {
    return [](const at::Tensor& x) { return at::relu(x); };
  }
  Step step(const chain::MaxPool& pool) {
    return [pool](const at::Tensor& x) { return at::max_pool2d(x, pool.extent); };
  }
  Step step(const chain::Mean& /*mean*/) {
    return [](const at::Tensor& x) { return x.mean({2, 3}); };
  }
  Step step(const chain::Flatten& /*flatten*/) {
    return [](const at::Tensor& x) { return x.flatten(1); };
  }
  Step step(const chain::Dropout& drops) {
    return
        [this, drops](const at::Tensor& x) { return drop(x, drops.share, dropout, drops.place); };
  }

  std::vector<Step> steps;
};

}  // namespace

std::shared_ptr<BodyModule> make_chain(const std::vector<models::chain::Layer>& layers) {
  return std::make_shared<ChainBody>(layers);
}

}  // namespace murmur::learning
