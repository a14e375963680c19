// SPDX-License-Identifier: Apache-2.0
// The ResNet for small images of He et al., section 4.2, built of torchvision's BasicBlock
// (residual.h): three stages of k blocks with 16, 32 and 64 channels times `width`, the last two
// with stride 2. A network of depth 6k + 2.
#include <algorithm>

#include <fmt/format.h>

#include "murmur/models/model.h"
#include "murmur/models/residual.h"

namespace murmur::models {
namespace {

constexpr Bounds kDepth{1, 9998, false, false, "an integer from 8 to 9998"};
constexpr Bounds kWidth{1, 1024, false, false, "an integer from 1 to 1024"};

void describe(Network& network) {
  describe_residual(network, read_cifar_resnet(network.options));
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
  return check_residual(read_cifar_resnet(options));
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

Residual read_cifar_resnet(const OptionValues& options) {
  const std::int64_t blocks = (options.integer("depth") - 2) / 6;
  const std::int64_t channels = 16 * options.integer("width");
  return {.stem = Stem::kSmallImages,
          .block = BlockKind::kBasic,
          .stages = {{blocks, channels, 1}, {blocks, 2 * channels, 2}, {blocks, 4 * channels, 2}},
          .norm = read_norm(options)};
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
