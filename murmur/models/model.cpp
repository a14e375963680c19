// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/model.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/core/check.h"

namespace murmur::models {

const std::vector<Model>& models() {
  static const std::vector<Model> kTable{logistic(),
                                         mlp(),
                                         lenet(),
                                         cifar_resnet(),
                                         resnet18(),
                                         resnet34(),
                                         resnet50(),
                                         vgg11(),
                                         gpt(),
                                         lstm(),
                                         transformer(),
                                         bert(),
                                         compiled()};
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
  return make_network(
      model,
      options,
      ExampleForm{.kind = ExampleKind::kArrays, .shape = input, .outputs = classes});
}

std::vector<std::string> models_for(ExampleKind kind) {
  std::vector<std::string> names;
  for (const Model& model : models()) {
    if (model.takes == kind) {
      names.push_back(model.name);
    }
  }
  return names;
}

namespace {

const char* words_for(ExampleKind kind) {
  switch (kind) {
    case ExampleKind::kArrays:
      return "images or arrays";
    case ExampleKind::kLabelledText:
      return "labelled text";
    case ExampleKind::kText:
      return "plain text";
    case ExampleKind::kPairs:
      return "pairs of sentences";
  }
  return "";
}

}  // namespace

Result<Network> make_network(const Model& model,
                             const OptionValues& options,
                             const ExampleForm& form) {
  const auto& [kind, input, outputs, vocabulary, longest] = form;
  if (model.takes != kind) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("the model '{}' takes {}, and the data are {}; models for them: {}",
                               model.name,
                               words_for(model.takes),
                               words_for(kind),
                               fmt::join(models_for(kind), ", "))};
  }
  if (model.check != nullptr) {
    if (const Status fits = model.check(options); !fits) {
      return fits.failure();
    }
  }
  if (model.check_examples != nullptr) {
    if (const Status fits = model.check_examples(options, form); !fits) {
      return fits.failure();
    }
  }
  if (kind == ExampleKind::kArrays &&
      (input[1] < model.smallest_rows || input[2] < model.smallest_columns)) {
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
                  .classes = outputs,
                  .vocabulary = vocabulary,
                  .longest = longest,
                  .options = options,
                  .parameters = {},
                  .buffers = {},
                  .has_body = false,
                  .chain = {},
                  .tied = model.tied == nullptr ? std::vector<TiedName>() : model.tied(options),
                  .evaluates_by_batch = false,
                  .bf16 = false,
                  .compiled = nullptr,
                  .head = {}};
  model.describe(network);
  const bool scores_tokens = kind == ExampleKind::kText || kind == ExampleKind::kPairs;
  MURMUR_CHECK(network.head.empty() ? scores_tokens || network.compiled != nullptr
                                    : network.head.back().outputs == outputs,
               "'{}' does not end with a linear layer of {} outputs",
               model.name,
               outputs);
  return network;
}

}  // namespace murmur::models
