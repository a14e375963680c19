// SPDX-License-Identifier: Apache-2.0
// Of a convolution without norm, its output, on which relu works in place; a norm keeps its input
// besides its output; EvoNorm also the sigmoid, the product with it and the quotient. The shortcut
// of a residual block is added in place.
#include "murmur/models/activations.h"

#include <algorithm>
#include <variant>

#include "murmur/models/residual.h"

namespace murmur::models {
namespace {

constexpr double kKeptOfPool = 3;  // output, and where each value is from: 8 bytes

PassValues values_of(double kept, double largest) {
  return {.training = kept + 2 * largest, .evaluation = 4 * largest};
}

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
  void pool(std::int64_t channels) { add(kKeptOfPool * size(channels), channels); }
  PassValues values() const { return values_of(total_, largest_); }

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

PassValues of_residual(const Network& network, const Residual& residual) {
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
  return kept.values();
}

// What a layer that gives so many values keeps.
struct KeptOfLayer {
  double values = 0;

  double operator()(const chain::ChannelsLast& /*format*/) const { return 0; }
  double operator()(const chain::Convolution& /*convolution*/) const { return values; }
  double operator()(const chain::NormAndActivation& layer) const {
    return includes_activation(layer.norm) ? 4 * values : layer.norm.has_tensors() ? values : 0;
  }
  double operator()(const chain::Linear& /*linear*/) const { return values; }
  double operator()(const chain::Relu& /*relu*/) const { return values; }
  double operator()(const chain::MaxPool& /*pool*/) const { return kKeptOfPool * values; }
  double operator()(const chain::Mean& /*mean*/) const { return values; }
  double operator()(const chain::Flatten& /*flatten*/) const { return 0; }
  double operator()(const chain::Dropout& /*dropout*/) const { return 2 * values; }
};

PassValues of_chain(const Network& network) {
  double total = static_cast<double>(network.input[0] * network.input[1] * network.input[2]);
  double largest = 0;
  for (const chain::Layer& layer : network.chain) {
    const auto values = static_cast<double>(layer.values);
    total += std::visit(KeptOfLayer{values}, layer.operation);
    largest = std::max(largest, values);
  }
  return values_of(total, largest);
}

}  // namespace

PassValues pass_values(const Network& network) {
  if (!network.chain.empty()) {
    return of_chain(network);
  }
  if (network.name == "cifar-resnet" || network.name.starts_with("resnet")) {
    return of_residual(network, read_residual(network.name, network.options));
  }
  return {};
}

}  // namespace murmur::models
