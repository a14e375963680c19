// SPDX-License-Identifier: Apache-2.0
// The ResNet for small images of He et al., section 4.2, built of torchvision's BasicBlock:
//
//   conv1 (3 x 3), bn1, relu; layer1, layer2, layer3 of k blocks each, with 16, 32 and 64 channels
//   times `width`; the mean over all places; fc
//   block: x -> relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x))
//
// where the first convolution of layer2 and of layer3 has stride 2, and the shortcut there is a
// 1 x 1 convolution of stride 2 with a norm (downsample.0 and .1). Convolutions have no bias. A
// network of depth 6k + 2.
#include "murmur/models/cifar_resnet.h"

#include <algorithm>

#include <fmt/format.h>

#include "murmur/models/describe.h"
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

constexpr Bounds kDepth{1, 9998, false, false, "an integer from 8 to 9998"};
constexpr Bounds kWidth{1, 1024, false, false, "an integer from 1 to 1024"};

void add_conv(Network& network, const std::string& name, Convolution convolution) {
  add_convolution(network, name, convolution, kaiming_start(convolution.fan_out()));
}

void add_block(Network& network,
               const std::string& name,
               const Norm& norm,
               std::int64_t inputs,
               std::int64_t outputs) {
  add_conv(network, name + ".conv1", {.inputs = inputs, .outputs = outputs, .kernel = 3});
  add_norm(network, name + ".bn1", norm, outputs, NormPlace::kActivated);
  add_conv(network, name + ".conv2", {.inputs = outputs, .outputs = outputs, .kernel = 3});
  add_norm(network, name + ".bn2", norm, outputs, NormPlace::kLastOfBlock);
  if (inputs != outputs) {
    add_conv(network, name + ".downsample.0", {.inputs = inputs, .outputs = outputs, .kernel = 1});
    add_norm(network, name + ".downsample.1", norm, outputs, NormPlace::kShortcut);
  }
}

void describe(Network& network) {
  const CifarResnet resnet = read_cifar_resnet(network.options);
  std::int64_t channels = resnet.channels.front();
  add_conv(network, "conv1", {.inputs = network.input[0], .outputs = channels, .kernel = 3});
  add_norm(network, "bn1", resnet.norm, channels, NormPlace::kActivated);
  for (std::size_t stage = 0; stage < resnet.channels.size(); ++stage) {
    for (std::int64_t block = 0; block < resnet.blocks; ++block) {
      add_block(network,
                fmt::format("layer{}.{}", stage + 1, block),
                resnet.norm,
                channels,
                resnet.channels[stage]);
      channels = resnet.channels[stage];
    }
  }
  add_to_head(network, "fc", {.inputs = channels, .outputs = network.classes});
}

Status check(const OptionValues& options) {
  const std::int64_t depth = options.integer("depth");
  if (depth < 8 || depth % 6 != 2) {
    const std::int64_t below = std::max<std::int64_t>((depth - 2) / 6, 1) * 6 + 2;
    return Failure{
        FailureKind::kInvalid,
        fmt::format("model.depth = {} is not 6k + 2 with k of 1 or more; the nearest are "
                    "{} and {}",
                    depth,
                    below,
                    below + 6)};
  }
  const CifarResnet resnet = read_cifar_resnet(options);
  return check_groups(resnet.norm, {resnet.channels.begin(), resnet.channels.end()});
}

std::vector<OptionInfo> options() {
  std::vector<OptionInfo> all{{.name = "depth",
                               .help = "6k + 2: k blocks in each of three stages",
                               .fallback = std::int64_t{20},
                               .bounds = kDepth},
                              {.name = "width",
                               .help = "factor of the numbers of channels 16, 32, 64",
                               .fallback = std::int64_t{1},
                               .bounds = kWidth}};
  for (OptionInfo& option : norm_options("batch", 2)) {
    all.push_back(std::move(option));
  }
  return all;
}

}  // namespace

CifarResnet read_cifar_resnet(const OptionValues& options) {
  CifarResnet resnet{.blocks = (options.integer("depth") - 2) / 6, .norm = read_norm(options)};
  for (std::int64_t& channels : resnet.channels) {
    channels *= options.integer("width");
  }
  return resnet;
}

Model cifar_resnet() {
  return {.name = "cifar-resnet",
          .summary = "residual network for small images: three stages of basic blocks",
          .paper = "He, Zhang, Ren, Sun: Deep residual learning for image recognition, CVPR 2016",
          .options = options(),
          .check = check,
          .describe = describe};
}

}  // namespace murmur::models
