// SPDX-License-Identifier: Apache-2.0
// Configuration A of Simonyan and Zisserman for small images: 3 x 3 convolutions with padding 1 and
// bias, each with a norm and relu, 2 x 2 max-pools, then a classifier on the flattened last feature
// map:
//
//   full     dropout, linear, relu, dropout, linear, relu, linear: classifier.1, .4 and .6
//   linear   one linear layer: classifier
//
// `features.N` counts convolutions, norms, activations and pools, as torchvision's vgg11 and
// vgg11_bn do.
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "murmur/models/chain.h"
#include "murmur/models/describe.h"
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

constexpr Bounds kDropout{0, 1, false, true, "a number in [0, 1)"};
constexpr Bounds kWidth{0, 1024, true, false, "a positive number up to 1024"};
constexpr std::int64_t kSmallest = 32;  // five pools

std::int64_t scaled(std::int64_t channels, const OptionValues& options) {
  return static_cast<std::int64_t>(static_cast<double>(channels) * options.number("width"));
}

// Of each convolution; 0: a 2 x 2 max-pool.
std::vector<std::int64_t> channels_of(const OptionValues& options) {
  std::vector<std::int64_t> all{64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0};
  for (std::int64_t& channels : all) {
    channels = scaled(channels, options);
  }
  return all;
}

void add_features(Chain& body, const OptionValues& options) {
  const Norm norm = read_norm(options);
  if (!includes_activation(norm)) {
    body.channels_last();
  }
  // Norm and activation are one module in evonorm-s0.
  const int modules = norm.has_tensors() && !includes_activation(norm) ? 3 : 2;
  int number = 0;
  for (const std::int64_t outputs : channels_of(options)) {
    if (outputs == 0) {
      body.max_pool(2);
      ++number;
      continue;
    }
    body.convolution(fmt::format("features.{}", number),
                     {.outputs = outputs, .kernel = 3, .padding = 1});
    body.norm(fmt::format("features.{}", number + 1), norm);
    number += modules;
  }
  body.flatten();
}

void describe(Network& network) {
  const OptionValues& options = network.options;
  Chain body(network);
  add_features(body, options);
  if (options.text("classifier") == "linear") {
    add_to_head(network, "classifier", {.inputs = body.features(), .outputs = network.classes});
    return;
  }
  const std::int64_t hidden = scaled(512, options);
  const double share = options.number("dropout");
  body.dropout(share).linear("classifier.1", hidden).relu();
  body.dropout(share).linear("classifier.4", hidden).relu();
  add_to_head(network, "classifier.6", {.inputs = hidden, .outputs = network.classes});
}

Status check(const OptionValues& options) {
  const double narrowest = 64 * options.number("width");
  if (narrowest != std::floor(narrowest)) {
    return Failure{
        FailureKind::kInvalid,
        fmt::format("model.width = {} does not give integer numbers of channels: it is a "
                    "multiple of 1/64",
                    options.number("width"))};
  }
  std::vector<std::int64_t> channels = channels_of(options);
  std::erase(channels, 0);
  return check_groups(read_norm(options), channels);
}

std::vector<OptionInfo> options() {
  std::vector<OptionInfo> all{{.name = "width",
                               .help = "factor of the numbers of channels and hidden units",
                               .fallback = 1.0,
                               .bounds = kWidth},
                              {.name = "classifier",
                               .help = "`full`: three linear layers, `linear`: one",
                               .fallback = std::string("full"),
                               .choices = {"full", "linear"}},
                              {.name = "dropout",
                               .help = "classifier `full`: share of its inputs that are dropped",
                               .fallback = 0.5,
                               .bounds = kDropout}};
  for (OptionInfo& option : norm_options("none", 32)) {
    all.push_back(std::move(option));
  }
  return all;
}

}  // namespace

Model vgg11() {
  return {.name = "vgg11",
          .summary = "VGG-11 for small images: eight convolutions, five max-pools, a classifier",
          .paper = "Simonyan, Zisserman: Very deep convolutional networks, ICLR 2015",
          .options = options(),
          .check = check,
          .smallest_rows = kSmallest,
          .smallest_columns = kSmallest,
          .describe = describe};
}

}  // namespace murmur::models
