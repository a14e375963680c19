// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/residual.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/modules/conv.h>

#include "murmur/learning/torch/models/module.h"

namespace murmur::learning {
namespace {

using models::NormPlace;
using models::Residual;
using models::ResidualBlock;

// A convolution without bias that keeps the extents, divided by the stride, and its norm.
class NormedConv {
 public:
  struct Shape {
    std::int64_t inputs = 0;
    std::int64_t outputs = 0;
    std::int64_t kernel = 0;
    std::int64_t stride = 1;
  };

  NormedConv(torch::nn::Module& parent,
             const std::pair<std::string, std::string>& names,
             const models::Norm& norm,
             const Shape& shape,
             NormPlace place)
      : conv_(parent.register_module(
            names.first,
            torch::nn::Conv2d(torch::nn::Conv2dOptions(shape.inputs, shape.outputs, shape.kernel)
                                  .stride(shape.stride)
                                  .padding(shape.kernel / 2)
                                  .bias(false)))),
        norm_(parent, names.second, norm, shape.outputs, place) {}

  at::Tensor operator()(const at::Tensor& x) { return norm_(conv_(x)); }

 private:
  torch::nn::Conv2d conv_;
  NormLayer norm_;
};

struct Downsample : torch::nn::Module {
  Downsample(const Residual& residual, const ResidualBlock& block)
      : layer(*this,
              {"0", "1"},
              residual.norm,
              {block.inputs, residual.outputs(block.channels), 1, block.stride},
              NormPlace::kShortcut) {}

  NormedConv layer;
};

struct Block : torch::nn::Module {
  Block(const Residual& residual, const ResidualBlock& block) {
    const std::int64_t channels = block.channels;
    const std::int64_t outputs = residual.outputs(channels);
    if (residual.block == models::BlockKind::kBasic) {
      add(residual, {block.inputs, channels, 3, block.stride}, NormPlace::kActivated);
      add(residual, {channels, outputs, 3}, NormPlace::kLastOfBlock);
    } else {
      add(residual, {block.inputs, channels, 1}, NormPlace::kActivated);
      add(residual, {channels, channels, 3, block.stride}, NormPlace::kActivated);
      add(residual, {channels, outputs, 1}, NormPlace::kLastOfBlock);
    }
    if (models::has_downsample(residual, block)) {
      downsample = register_module("downsample", std::make_shared<Downsample>(residual, block));
    }
  }

  void add(const Residual& residual, const NormedConv::Shape& shape, NormPlace place) {
    const std::string number = std::to_string(layers.size() + 1);
    layers.emplace_back(
        *this, std::pair("conv" + number, "bn" + number), residual.norm, shape, place);
  }

  at::Tensor forward(const at::Tensor& x) {
    at::Tensor out = x;
    for (NormedConv& layer : layers) {
      out = layer(out);
    }
    return at::relu_(out.add_(downsample == nullptr ? x : downsample->layer(x)));
  }

  std::vector<NormedConv> layers;
  std::shared_ptr<Downsample> downsample;
};

struct Stage : torch::nn::Module {
  Stage(const Residual& residual, const std::vector<ResidualBlock>& all) {
    for (const ResidualBlock& block : all) {
      blocks.push_back(
          register_module(std::to_string(blocks.size()), std::make_shared<Block>(residual, block)));
    }
  }

  at::Tensor forward(at::Tensor x) const {
    for (const auto& block : blocks) {
      x = block->forward(x);
    }
    return x;
  }

  std::vector<std::shared_ptr<Block>> blocks;
};

struct ResidualBody : BodyModule {
  ResidualBody(const Residual& residual, std::int64_t image_channels)
      : is_large(residual.stem == models::Stem::kLargeImages),
        stem(*this,
             {"conv1", "bn1"},
             residual.norm,
             {image_channels, residual.stem_channels(), is_large ? 7 : 3, is_large ? 2 : 1},
             NormPlace::kActivated),
        norm(residual.norm) {
    std::int64_t inputs = residual.stem_channels();
    for (const models::ResidualStage& stage : residual.stages) {
      stages.push_back(register_module(
          "layer" + std::to_string(stages.size() + 1),
          std::make_shared<Stage>(residual, models::blocks_of(residual, stage, inputs))));
      inputs = residual.outputs(stage.channels);
    }
  }

  at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = stem(in_fast_format(images, norm));
    if (is_large) {
      x = at::max_pool2d(x, 3, 2, 1);
    }
    for (const auto& stage : stages) {
      x = stage->forward(std::move(x));
    }
    return x.mean({2, 3});
  }

  bool is_large;
  NormedConv stem;
  models::Norm norm;
  std::vector<std::shared_ptr<Stage>> stages;
};

}  // namespace

std::shared_ptr<BodyModule> make_residual(const Residual& residual, std::int64_t image_channels) {
  return std::make_shared<ResidualBody>(residual, image_channels);
}

namespace {

std::shared_ptr<BodyModule> of_network(const models::Network& network) {
  return make_residual(models::read_residual(network.name, network.options), network.input[0]);
}

const RegisteredBody kCifarResnet("cifar-resnet", of_network);
const RegisteredBody kResnet18("resnet18", of_network);
const RegisteredBody kResnet34("resnet34", of_network);
const RegisteredBody kResnet50("resnet50", of_network);

}  // namespace

}  // namespace murmur::learning
