// SPDX-License-Identifier: Apache-2.0
// Multilayer perceptron: linear layers fc1, fc2, ... with relu between them.
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

std::vector<Layer> layers(const OptionValues& options,
                          const ImageShape& input,
                          std::int64_t classes) {
  std::vector<Layer> chain;
  std::int64_t width = input[0] * input[1] * input[2];
  int number = 1;
  for (const std::int64_t next : options.integers("hidden")) {
    chain.push_back({Linear{.inputs = width, .outputs = next}, "fc" + std::to_string(number++)});
    chain.push_back({Relu{}});
    width = next;
  }
  chain.push_back({Linear{.inputs = width, .outputs = classes}, "fc" + std::to_string(number)});
  return chain;
}

}  // namespace

Model mlp() {
  return {.name = "mlp",
          .summary = "linear layers with relu between them",
          .paper = {},
          .options = {{.name = "hidden",
                       .help = "widths of the hidden layers",
                       .fallback = std::vector<std::int64_t>{128},
                       .bounds = kCount}},
          .layers = layers};
}

}  // namespace murmur::models
