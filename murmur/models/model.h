// SPDX-License-Identifier: Apache-2.0
// The registry of models: how each makes its network for images of a given shape. One file per
// model.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/options.h"
#include "murmur/models/network.h"

namespace murmur::models {

struct Model {
  std::string name;
  std::string summary;
  std::string paper;  // empty if there is none
  std::vector<OptionInfo> options;
  // Returns the layers; make_network() checks that their shapes match.
  std::vector<Layer> (*layers)(const OptionValues& options,
                               const ImageShape& input,
                               std::int64_t classes) = nullptr;
};

// All models, in the order in which they are listed.
const std::vector<Model>& models();

// The model of that name, or null.
const Model* find_model(std::string_view name);

// kInvalid: the model does not accept images of this shape.
Result<Network> make_network(const Model& model,
                             const OptionValues& options,
                             const ImageShape& input,
                             std::int64_t classes);

// Entries of the registry.
Model logistic();
Model mlp();
Model lenet();

}  // namespace murmur::models
