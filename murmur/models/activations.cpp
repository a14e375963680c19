// SPDX-License-Identifier: Apache-2.0
// Of a convolution without norm, its output, on which relu works in place; a norm keeps its input
// besides its output; EvoNorm also the sigmoid, the product with it and the quotient. The shortcut
// of a residual block is added in place.
#include "murmur/models/activations.h"

#include <algorithm>

#include "murmur/models/lenet.h"
#include "murmur/models/residual.h"
#include "murmur/models/vgg11.h"

namespace murmur::models {
namespace {

class Kept {
 public:
  Kept(const Norm& norm, const ImageShape& input)
      : norm_(norm), rows_(input[1]), columns_(input[2]), total_(size(input[0])) {}

  // The extents are those of the output from now on.
  void shrink(std::int64_t stride) {
    rows_ = (rows_ + stride - 1) / stride;
    columns_ = (columns_ + stride - 1) / stride;
  }
  void convolution(std::int64_t channels, NormPlace place) {
    const bool activated = place == NormPlace::kActivated;
    const double outputs = activated && includes_activation(norm_) ? 5
                           : norm_.has_tensors()                   ? 2
                                                                   : 1;
    add(outputs * size(channels), channels);
  }
  void pool(std::int64_t channels) {
    add(3 * size(channels), channels);  // output, and where each value is from: 8 bytes
  }
  double total() const { return total_ + 2 * largest_; }

 private:
  double size(std::int64_t channels) const {
    return static_cast<double>(channels * rows_ * columns_);
  }
  void add(double values, std::int64_t channels) {
    total_ += values;
    largest_ = std::max(largest_, size(channels));
  }

  Norm norm_;
  std::int64_t rows_;
  std::int64_t columns_;
  double total_;
  double largest_ = 0;
};

double kept_residual(const Network& network, const Residual& residual) {
  Kept kept(residual.norm, network.input);
  const bool is_large = residual.stem == Stem::kLargeImages;
  kept.shrink(is_large ? 2 : 1);
  std::int64_t inputs = residual.stem_channels();
  kept.convolution(inputs, NormPlace::kActivated);
  if (is_large) {
    kept.shrink(2);
    kept.pool(inputs);
  }
  for (const ResidualStage& stage : residual.stages) {
    for (const ResidualBlock& block : blocks_of(residual, stage, inputs)) {
      const bool is_bottleneck = residual.block == BlockKind::kBottleneck;
      if (is_bottleneck) {
        kept.convolution(block.channels, NormPlace::kActivated);
      }
      kept.shrink(block.stride);
      kept.convolution(block.channels, NormPlace::kActivated);
      kept.convolution(residual.outputs(block.channels), NormPlace::kLastOfBlock);
      if (has_downsample(residual, block)) {
        kept.convolution(residual.outputs(block.channels), NormPlace::kShortcut);
      }
    }
    inputs = residual.outputs(stage.channels);
  }
  return kept.total();
}

double kept_vgg11(const Network& network) {
  const Vgg11 vgg = read_vgg11(network.options);
  Kept kept(vgg.norm, network.input);
  std::int64_t last = 0;
  for (const std::int64_t channels : vgg.channels) {
    if (channels > 0) {
      kept.convolution(channels, NormPlace::kActivated);
      last = channels;
    } else {
      kept.shrink(2);
      kept.pool(last);
    }
  }
  return kept.total();
}

double kept_lenet(const Network& network) {
  const std::int64_t padding = lenet_padding(network.input);
  const auto extent = [&](std::int64_t pixels) {
    return static_cast<double>(pixels + 2 * padding - 4);
  };
  const double first = 6 * extent(network.input[1]) * extent(network.input[2]);
  return 5 * first;  // convolution, relu, pool; the second convolution has less
}

}  // namespace

double kept_values(const Network& network) {
  if (network.name == "lenet") {
    return kept_lenet(network);
  }
  if (network.name == "vgg11") {
    return kept_vgg11(network);
  }
  if (network.name == "cifar-resnet" || network.name.starts_with("resnet")) {
    return kept_residual(network, read_residual(network.name, network.options));
  }
  return 0;
}

}  // namespace murmur::models
