// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/model.h"

#include <algorithm>

namespace murmur::models {

const std::vector<Model>& models() {
  static const std::vector<Model> kTable{logistic(), mlp(), lenet()};
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
  Network network{.name = model.name,
                  .input = input,
                  .classes = classes,
                  .layers = model.layers(options, input, classes)};
  const Result<std::vector<ImageShape>> fits = shapes(network);
  if (!fits) {
    return fits.failure();
  }
  return network;
}

}  // namespace murmur::models
