// SPDX-License-Identifier: Apache-2.0
// What residual networks (He, Zhang, Ren, Sun, CVPR 2016) have in common, with torchvision's names:
//
//   stem       conv1, bn1, relu; of large images 7 x 7 with stride 2 and a 3 x 3 max-pool of stride
//              2, of small ones 3 x 3 with stride 1 and no pool
//   layer1..   stages of blocks, then the mean over all places
//   fc         the head
//
//   basic       x -> relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x)), both convolutions 3 x 3
//   bottleneck  x -> relu(bn3(conv3(relu(bn2(conv2(relu(bn1(conv1(x))))))) + shortcut(x)) with
//               1 x 1, 3 x 3 and 1 x 1 convolutions, the last one with four times the channels
//
// The first block of a stage has the stage's stride, in its first 3 x 3 convolution. Where stride
// or channels change, the shortcut is a 1 x 1 convolution of that stride with a norm (downsample.0
// and .1), elsewhere the identity. Convolutions have no bias.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "murmur/models/network.h"
#include "murmur/models/norm.h"

namespace murmur::models {

enum class Stem { kSmallImages, kLargeImages };
enum class BlockKind { kBasic, kBottleneck };

struct ResidualStage {
  std::int64_t blocks = 0;
  std::int64_t channels = 0;  // of the 3 x 3 convolutions
  std::int64_t stride = 1;
};

struct Residual {
  Stem stem = Stem::kSmallImages;
  BlockKind block = BlockKind::kBasic;
  std::vector<ResidualStage> stages;
  Norm norm;

  std::int64_t stem_channels() const { return stages.front().channels; }
  // What a block of a stage with these channels has at its end.
  std::int64_t outputs(std::int64_t channels) const {
    return block == BlockKind::kBasic ? channels : 4 * channels;
  }
};

// One block: `inputs` channels in, residual.outputs(channels) out.
struct ResidualBlock {
  std::int64_t inputs = 0;
  std::int64_t channels = 0;
  std::int64_t stride = 1;
};

// All blocks of a stage whose first one gets `inputs` channels.
std::vector<ResidualBlock> blocks_of(const Residual& residual,
                                     const ResidualStage& stage,
                                     std::int64_t inputs);

bool has_downsample(const Residual& residual, const ResidualBlock& block);

// Adds all parameters and buffers and the head.
void describe_residual(Network& network, const Residual& residual);

// kInvalid: the norm does not fit one of the numbers of channels.
Status check_residual(const Residual& residual);

// The residual network of that name with these options. REQUIRES: the name is that of one.
Residual read_residual(const std::string& model, const OptionValues& options);
Residual read_cifar_resnet(const OptionValues& options);
Residual read_resnet(const std::string& model, const OptionValues& options);

}  // namespace murmur::models
