// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/residual.h"

#include <fmt/format.h>

#include "murmur/models/describe.h"

namespace murmur::models {
namespace {

// A convolution without bias and the norm behind it.
struct Normed {
  std::string conv;
  std::string norm;
  NormPlace place = NormPlace::kActivated;
};

void add(Network& network, const Residual& residual, const Normed& names, const Convolution& conv) {
  add_convolution(network, names.conv, conv, kaiming_start(conv.fan_out()));
  add_norm(network, names.norm, residual.norm, conv.outputs, names.place);
}

void add_block(Network& network,
               const Residual& residual,
               const std::string& name,
               const ResidualBlock& block) {
  const std::int64_t channels = block.channels;
  const std::int64_t outputs = residual.outputs(channels);
  int number = 0;
  const auto next = [&](const Convolution& conv, NormPlace place) {
    ++number;
    add(network,
        residual,
        {fmt::format("{}.conv{}", name, number), fmt::format("{}.bn{}", name, number), place},
        conv);
  };
  if (residual.block == BlockKind::kBasic) {
    next({.inputs = block.inputs, .outputs = channels, .kernel = 3}, NormPlace::kActivated);
    next({.inputs = channels, .outputs = outputs, .kernel = 3}, NormPlace::kLastOfBlock);
  } else {
    next({.inputs = block.inputs, .outputs = channels, .kernel = 1}, NormPlace::kActivated);
    next({.inputs = channels, .outputs = channels, .kernel = 3}, NormPlace::kActivated);
    next({.inputs = channels, .outputs = outputs, .kernel = 1}, NormPlace::kLastOfBlock);
  }
  if (has_downsample(residual, block)) {
    add(network,
        residual,
        {name + ".downsample.0", name + ".downsample.1", NormPlace::kShortcut},
        {.inputs = block.inputs, .outputs = outputs, .kernel = 1});
  }
}

}  // namespace

std::vector<ResidualBlock> blocks_of(const Residual& residual,
                                     const ResidualStage& stage,
                                     std::int64_t inputs) {
  const std::int64_t outputs = residual.outputs(stage.channels);
  std::vector<ResidualBlock> blocks(
      static_cast<std::size_t>(stage.blocks),
      ResidualBlock{.inputs = outputs, .channels = stage.channels, .stride = 1});
  blocks.front().inputs = inputs;
  blocks.front().stride = stage.stride;
  return blocks;
}

bool has_downsample(const Residual& residual, const ResidualBlock& block) {
  return block.stride != 1 || block.inputs != residual.outputs(block.channels);
}

void describe_residual(Network& network, const Residual& residual) {
  const std::int64_t kernel = residual.stem == Stem::kSmallImages ? 3 : 7;
  std::int64_t channels = residual.stem_channels();
  add(network,
      residual,
      {"conv1", "bn1"},
      {.inputs = network.input[0], .outputs = channels, .kernel = kernel});
  for (std::size_t stage = 0; stage < residual.stages.size(); ++stage) {
    int number = 0;
    for (const ResidualBlock& block : blocks_of(residual, residual.stages[stage], channels)) {
      add_block(network, residual, fmt::format("layer{}.{}", stage + 1, number++), block);
    }
    channels = residual.outputs(residual.stages[stage].channels);
  }
  add_to_head(network, "fc", {.inputs = channels, .outputs = network.classes});
}

Status check_residual(const Residual& residual) {
  std::vector<std::int64_t> channels;
  for (const ResidualStage& stage : residual.stages) {
    channels.push_back(stage.channels);
    channels.push_back(residual.outputs(stage.channels));
  }
  return check_groups(residual.norm, channels);
}

Residual read_residual(const std::string& model, const OptionValues& options) {
  return model == "cifar-resnet" ? read_cifar_resnet(options) : read_resnet(model, options);
}

}  // namespace murmur::models
