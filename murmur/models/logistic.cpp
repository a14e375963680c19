// SPDX-License-Identifier: Apache-2.0
// Multinomial logistic regression: logits = x W^T + b. Convex.
#include "murmur/models/describe.h"
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

void describe(Network& network) {
  const auto& [channels, rows, columns] = network.input;
  add_to_head(network, "fc", {.inputs = channels * rows * columns, .outputs = network.classes});
}

}  // namespace

Model logistic() {
  return {.name = "logistic",
          .summary = "one linear layer: multinomial logistic regression, convex",
          .paper = {},
          .options = {},
          .describe = describe};
}

}  // namespace murmur::models
