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
#include "murmur/models/vgg11.h"

#include <cmath>

#include <fmt/format.h>

#include "murmur/models/describe.h"
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

constexpr Bounds kDropout{0, 1, false, true, "a number in [0, 1)"};
constexpr Bounds kWidth{0, 1024, true, false, "a positive number up to 1024"};
constexpr std::int64_t kSmallest = 32;
constexpr std::int64_t kShrinks = 32;  // five pools

void describe(Network& network) {
  const Vgg11 vgg = read_vgg11(network.options);
  std::int64_t inputs = network.input[0];
  int number = 0;
  for (const std::int64_t outputs : vgg.channels) {
    if (outputs == 0) {
      ++number;
      continue;
    }
    const Convolution convolution{.inputs = inputs, .outputs = outputs, .kernel = 3, .bias = true};
    add_convolution(network,
                    fmt::format("features.{}", number),
                    convolution,
                    kaiming_start(convolution.fan_out()));
    add_norm(
        network, fmt::format("features.{}", number + 1), vgg.norm, outputs, NormPlace::kActivated);
    number += vgg.modules_per_convolution();
    inputs = outputs;
  }
  const std::int64_t features = vgg.features(network.input);
  if (!vgg.full) {
    add_to_head(network, "classifier", {.inputs = features, .outputs = network.classes});
    return;
  }
  add_linear(network, "classifier.1", {.inputs = features, .outputs = vgg.hidden});
  add_linear(network, "classifier.4", {.inputs = vgg.hidden, .outputs = vgg.hidden});
  add_to_head(network, "classifier.6", {.inputs = vgg.hidden, .outputs = network.classes});
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
  const Vgg11 vgg = read_vgg11(options);
  std::vector<std::int64_t> channels;
  for (const std::int64_t count : vgg.channels) {
    if (count > 0) {
      channels.push_back(count);
    }
  }
  return check_groups(vgg.norm, channels);
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

std::int64_t Vgg11::features(const ImageShape& input) const {
  std::int64_t last = 0;
  for (const std::int64_t count : channels) {
    last = count > 0 ? count : last;
  }
  return last * (input[1] / kShrinks) * (input[2] / kShrinks);
}

int Vgg11::modules_per_convolution() const {
  return norm.has_tensors() && !includes_activation(norm) ? 3 : 2;
}

Vgg11 read_vgg11(const OptionValues& options) {
  const auto scaled = [&](std::int64_t channels) {
    return static_cast<std::int64_t>(static_cast<double>(channels) * options.number("width"));
  };
  Vgg11 vgg{.channels = {64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0},
            .norm = read_norm(options),
            .hidden = scaled(512),
            .full = options.text("classifier") == "full",
            .dropout = options.number("dropout")};
  for (std::int64_t& channels : vgg.channels) {
    channels = scaled(channels);
  }
  return vgg;
}

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
