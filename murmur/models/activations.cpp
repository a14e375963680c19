// SPDX-License-Identifier: Apache-2.0
// Of a convolution without norm, its output, on which relu works in place; a norm keeps its input
// besides its output; EvoNorm also the sigmoid, the product with it and the quotient. The shortcut
// of a residual block is added in place. Of models of tokens the numbers are those of the longest
// example.
#include "murmur/models/activations.h"

#include <algorithm>
#include <variant>

#include "murmur/models/bert_config.h"
#include "murmur/models/gpt.h"
#include "murmur/models/residual.h"
#include "murmur/models/transformer.h"

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

// Of blocks of attention and feedforward layers.
struct Blocks {
  double places = 0;  // of the longest example
  double heads = 0;
  double width = 0;
  double feedforward = 0;

  // Of a place: queries, keys, values, what goes in and out, inputs of norms; for every head the
  // weights of all places, before and after dropout, with the mask.
  double attention() const { return 8 * width + 3 * heads * places; }
  double feedforwards() const { return 4 * feedforward + 4 * width; }

  // Of layers that keep so much of a place, and scores of a vocabulary (0: none): logits, their
  // logarithms and gradient.
  PassValues values(double of_layers, double vocabulary) const {
    return {.training = places * (of_layers + 3 * vocabulary)};
  }
};

PassValues of_transformer(const Network& network) {
  const Transformer sizes = read_transformer(network.options);
  const Blocks blocks{.places = static_cast<double>(network.longest),
                      .heads = static_cast<double>(sizes.heads),
                      .width = static_cast<double>(sizes.width),
                      .feedforward = static_cast<double>(sizes.feedforward)};
  const double layer = 3 * blocks.attention() + 2 * blocks.feedforwards();  // both stacks
  return blocks.values(static_cast<double>(sizes.layers) * layer,
                       static_cast<double>(network.vocabulary));
}

PassValues of_gpt(const Network& network) {
  const Gpt gpt = read_gpt(network.options);
  const Blocks blocks{.places = static_cast<double>(network.longest),
                      .heads = static_cast<double>(gpt.heads),
                      .width = static_cast<double>(gpt.width),
                      .feedforward = 4 * static_cast<double>(gpt.width)};
  return blocks.values(
      static_cast<double>(gpt.layers) * (blocks.attention() + blocks.feedforwards()),
      static_cast<double>(network.vocabulary));
}

PassValues of_bert(const Network& network) {
  const BertConfig bert = read_bert(network.options).value();
  const Blocks blocks{.places = static_cast<double>(network.longest),
                      .heads = static_cast<double>(bert.heads),
                      .width = static_cast<double>(bert.width),
                      .feedforward = static_cast<double>(bert.feedforward)};
  return blocks.values(
      static_cast<double>(bert.layers) * (blocks.attention() + blocks.feedforwards()), 0);
}

}  // namespace

PassValues pass_values(const Network& network) {
  if (!network.chain.empty()) {
    return of_chain(network);
  }
  if (network.name == "cifar-resnet" || network.name.starts_with("resnet")) {
    return of_residual(network, read_residual(network.name, network.options));
  }
  if (network.name == "transformer") {
    return of_transformer(network);
  }
  if (network.name == "gpt") {
    return of_gpt(network);
  }
  if (network.name == "bert") {
    return of_bert(network);
  }
  return {};
}

}  // namespace murmur::models
