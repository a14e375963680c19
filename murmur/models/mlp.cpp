// SPDX-License-Identifier: Apache-2.0
// Multilayer perceptron: linear layers fc1, fc2, ... with relu between them.
#include "murmur/models/describe.h"
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

void describe(Network& network) {
  const auto& [channels, rows, columns] = network.input;
  std::int64_t width = channels * rows * columns;
  int number = 1;
  const auto add = [&](std::int64_t outputs) {
    add_to_head(network, "fc" + std::to_string(number++), {.inputs = width, .outputs = outputs});
    width = outputs;
  };
  for (const std::int64_t hidden : network.options.integers("hidden")) {
    add(hidden);
  }
  add(network.classes);
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
          .describe = describe};
}

}  // namespace murmur::models
