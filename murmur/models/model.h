// SPDX-License-Identifier: Apache-2.0
// The registry of models: how each describes its network for examples of a given form. One file
// per model.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/image_shape.h"
#include "murmur/core/options.h"
#include "murmur/models/example_form.h"
#include "murmur/models/network.h"

namespace murmur::models {

struct Model {
  std::string name;
  std::string summary;
  std::string paper;  // empty if there is none
  std::vector<OptionInfo> options;
  // kInvalid: values that do not fit one another, whatever the data are. Null: all fit.
  Status (*check)(const OptionValues& options) = nullptr;
  // kInvalid: the options do not fit examples of this form, which is one that the model takes.
  Status (*check_examples)(const OptionValues& options, const ExampleForm& form) = nullptr;
  ExampleKind takes = ExampleKind::kArrays;
  // The smallest extents of an image; 1 x 1 without a body.
  std::int64_t smallest_rows = 1;
  std::int64_t smallest_columns = 1;
  // Adds parameters, buffers and head to the network, whose other members are set. The images have
  // the smallest extents or more.
  void (*describe)(Network& network) = nullptr;
  // Second names of tied tensors. Null: there are none.
  std::vector<TiedName> (*tied)(const OptionValues& options) = nullptr;
};

// All models, in the order in which they are listed.
const std::vector<Model>& models();

// The model of that name, or null.
const Model* find_model(std::string_view name);

// The names of the models that take such examples.
std::vector<std::string> models_for(ExampleKind kind);

// kInvalid: the options do not fit one another, or the model does not accept such examples.
// kMissing, kDamaged: a file that the options name.
Result<Network> make_network(const Model& model,
                             const OptionValues& options,
                             const ExampleForm& form);
// For arrays.
Result<Network> make_network(const Model& model,
                             const OptionValues& options,
                             const ImageShape& input,
                             std::int64_t classes);

// Entries of the registry.
Model logistic();
Model mlp();
Model lenet();
Model cifar_resnet();
Model resnet18();
Model resnet34();
Model resnet50();
Model vgg11();
Model gpt();
Model lstm();
Model transformer();
Model bert();
Model compiled();

}  // namespace murmur::models
