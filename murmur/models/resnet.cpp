// SPDX-License-Identifier: Apache-2.0
// torchvision's ResNets (residual.h): four stages with 64, 128, 256 and 512 channels, all but the
// first with stride 2.
//
//   resnet18   basic blocks       2, 2, 2, 2
//   resnet34   basic blocks       3, 4, 6, 3
//   resnet50   bottleneck blocks  3, 4, 6, 3
#include <array>
#include <string_view>

#include "murmur/core/check.h"
#include "murmur/models/model.h"
#include "murmur/models/residual.h"

namespace murmur::models {
namespace {

struct Size {
  std::string_view model;
  BlockKind block;
  std::array<std::int64_t, 4> blocks;  // of the stages
};

constexpr std::array kSizes{
    Size{"resnet18", BlockKind::kBasic, {2, 2, 2, 2}},
    Size{"resnet34", BlockKind::kBasic, {3, 4, 6, 3}},
    Size{"resnet50", BlockKind::kBottleneck, {3, 4, 6, 3}},
};

const Size& size_of(std::string_view model) {
  for (const Size& size : kSizes) {
    if (size.model == model) {
      return size;
    }
  }
  MURMUR_CHECK(false, "'{}' is no ResNet", model);
  return kSizes.front();
}

void describe(Network& network) {
  describe_residual(network, read_resnet(network.name, network.options));
}

// The numbers of channels are those of every size.
Status check(const OptionValues& options) {
  return check_residual(read_resnet("resnet50", options));
}

std::vector<OptionInfo> options() {
  std::vector<OptionInfo> all{
      {.name = "stem",
       .help =
           "`imagenet`: a 7 x 7 convolution and a max-pool, both of stride 2; `cifar`: 3 x 3 of "
           "stride 1, no pool",
       .fallback = std::string("imagenet"),
       .choices = {"imagenet", "cifar"}}};
  for (OptionInfo& option : norm_options("batch", 32)) {
    all.push_back(std::move(option));
  }
  return all;
}

Model make(std::string name, std::string summary) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .paper = "He, Zhang, Ren, Sun: Deep residual learning for image recognition, CVPR 2016",
          .options = options(),
          .check = check,
          .describe = describe};
}

}  // namespace

Residual read_resnet(const std::string& model, const OptionValues& options) {
  const Size& size = size_of(model);
  const bool is_large = options.text("stem") == "imagenet";
  Residual residual{.stem = is_large ? Stem::kLargeImages : Stem::kSmallImages,
                    .block = size.block,
                    .stages = {},
                    .norm = read_norm(options)};
  std::int64_t channels = 64;
  for (const std::int64_t blocks : size.blocks) {
    residual.stages.push_back({blocks, channels, channels == 64 ? 1 : 2});
    channels *= 2;
  }
  return residual;
}

Model resnet18() {
  return make("resnet18", "residual network of torchvision: 8 basic blocks in four stages");
}
Model resnet34() {
  return make("resnet34", "residual network of torchvision: 16 basic blocks in four stages");
}
Model resnet50() {
  return make("resnet50", "residual network of torchvision: 16 bottleneck blocks in four stages");
}

}  // namespace murmur::models
