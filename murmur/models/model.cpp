// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/model.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/core/check.h"

namespace murmur::models {

const std::vector<Model>& models() {
  static const std::vector<Model> kTable{
      logistic(), mlp(), lenet(), cifar_resnet(), resnet18(), resnet34(), resnet50(), vgg11()};
  return kTable;
}

const Model* find_model(std::string_view name) {
  const auto& table = models();
  const auto found = std::find_if(
      table.begin(), table.end(), [&](const Model& model) { return model.name == name; });
  return found == table.end() ? nullptr : &*found;
}

Result<Network> make_network(const Model& model,
                             const OptionValues& options,
                             const ImageShape& input,
                             std::int64_t classes) {
  if (model.check != nullptr) {
    if (const Status fits = model.check(options); !fits) {
      return fits.failure();
    }
  }
  if (input[1] < model.smallest_rows || input[2] < model.smallest_columns) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("the model '{}' does not fit images of {}: the smallest that it "
                               "takes have {} x {} pixels",
                               model.name,
                               fmt::join(input, " x "),
                               model.smallest_rows,
                               model.smallest_columns)};
  }
  Network network{.name = model.name,
                  .input = input,
                  .classes = classes,
                  .options = options,
                  .parameters = {},
                  .buffers = {},
                  .has_body = false,
                  .evaluates_by_batch = false,
                  .bf16 = false,
                  .head = {}};
  model.describe(network);
  MURMUR_CHECK(!network.head.empty() && network.head.back().outputs == classes,
               "'{}' does not end with a linear layer of {} outputs",
               model.name,
               classes);
  return network;
}

}  // namespace murmur::models
