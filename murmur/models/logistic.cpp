// SPDX-License-Identifier: Apache-2.0
// Multinomial logistic regression: logits = x W^T + b. Convex.
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

std::vector<Layer> layers(const OptionValues& /*options*/,
                          const ImageShape& input,
                          std::int64_t classes) {
  return {{Linear{.inputs = input[0] * input[1] * input[2], .outputs = classes}, "fc"}};
}

}  // namespace

Model logistic() {
  return {.name = "logistic",
          .summary = "one linear layer: multinomial logistic regression, convex",
          .paper = {},
          .options = {},
          .layers = layers};
}

}  // namespace murmur::models
