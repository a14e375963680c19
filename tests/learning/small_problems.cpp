// SPDX-License-Identifier: Apache-2.0
#include "tests/learning/small_problems.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "murmur/core/random.h"

namespace murmur::learning::testing {
namespace {

constexpr int kClasses = 5;

std::string name_of(const std::string& model) {
  return model.substr(0, model.find(' '));
}

// The smallest that the model takes, or 12 x 12.
ImageShape shape_for(const std::string& model) {
  const models::Model& entry = *models::find_model(name_of(model));
  return {2,
          std::max<std::int64_t>(12, entry.smallest_rows),
          std::max<std::int64_t>(12, entry.smallest_columns)};
}

data::Examples random_examples(const ImageShape& shape, std::int64_t count, std::int64_t part) {
  const std::int64_t size = shape[0] * shape[1] * shape[2];
  const Random pixel_draws(1, Stream::kTest, part, 0);
  const Random label_draws(1, Stream::kTest, part, 1);
  data::Bytes pixels;
  data::Bytes labels;
  for (std::int64_t i = 0; i < count * size; ++i) {
    pixels.push_back(
        static_cast<std::uint8_t>(pixel_draws.below(static_cast<std::uint64_t>(i), 256)));
  }
  for (std::int64_t i = 0; i < count; ++i) {
    labels.push_back(
        static_cast<std::uint8_t>(label_draws.below(static_cast<std::uint64_t>(i), kClasses)));
  }
  return data::labelled_images(shape, std::move(pixels), std::move(labels));
}

}  // namespace

std::shared_ptr<const data::Dataset> small_dataset(const std::string& model) {
  const ImageShape shape = shape_for(model);
  auto dataset = std::make_shared<data::Dataset>();
  dataset->name = "random";
  dataset->classes = kClasses;
  dataset->training = random_examples(shape, 41, 0);
  dataset->test = random_examples(shape, 23, 1);
  dataset->mean = {0.5, 0.4};
  dataset->deviation = {0.3, 0.2};
  return dataset;
}

models::Network small_network(const std::string& name, std::int64_t outputs) {
  const models::Model& model = *models::find_model(name_of(name));
  OptionValues options(model.options);
  if (model.name == "mlp") {
    options.set("hidden", std::vector<std::int64_t>{9, 7});
  }
  if (model.name == "cifar-resnet") {
    options.set("depth", std::int64_t{8});
  }
  if (model.name == "vgg11") {
    options.set("width", 0.0625);
    options.set("dropout", 0.2);
    options.set("groups", std::int64_t{2});
  }
  if (options.has("norm")) {
    options.set("norm", name.substr(name.find(' ') + 1));
  }
  return models::make_network(model, options, shape_for(name), outputs).value();
}

namespace {

SupervisedSettings settings_of(std::shared_ptr<const data::Dataset> dataset,
                               const std::string& model) {
  data::TrainingDataSettings settings;
  settings.workers = 3;
  settings.batches.batch_size = 6;
  SupervisedSettings result;
  result.network = small_network(model, dataset->outputs());
  result.data = data::divide(std::move(dataset), settings).value();
  return result;
}

// A column of normally distributed numbers.
template <class T>
data::Column random_column(std::string name,
                           files::Dtype dtype,
                           std::vector<std::int64_t> shape,
                           std::int64_t rows) {
  data::Column column{
      .name = std::move(name), .dtype = dtype, .shape = std::move(shape), .bytes = {}};
  const Random draws(1, Stream::kTest, rows, column.row_size());
  data::Bytes bytes(static_cast<std::size_t>(rows * column.row_size()) * sizeof(T));
  for (std::uint64_t i = 0; i < bytes.size() / sizeof(T); ++i) {
    const T value = static_cast<T>(draws.normal(i));
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  column.bytes = std::move(bytes);
  return column;
}

data::Examples random_targets(const ImageShape& shape, std::int64_t count) {
  data::Examples examples;
  examples.columns.push_back(
      random_column<float>("x", files::Dtype::kF32, {shape.begin(), shape.end()}, count));
  examples.columns.push_back(random_column<double>("y", files::Dtype::kF64, {3}, count));
  return examples;
}

}  // namespace

SupervisedSettings small_settings(const std::string& model) {
  return settings_of(small_dataset(model), model);
}

SupervisedSettings small_regression(const std::string& model) {
  auto dataset = std::make_shared<data::Dataset>();
  dataset->name = "random";
  dataset->task = data::Task::kRegression;
  dataset->training = random_targets(shape_for(model), 41);
  dataset->test = random_targets(shape_for(model), 23);
  return settings_of(std::move(dataset), model);
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const models::Model& model : models::models()) {
    if (model.name.starts_with("resnet")) {
      continue;
    }
    const auto norm = std::find_if(model.options.begin(),
                                   model.options.end(),
                                   [](const OptionInfo& option) { return option.name == "norm"; });
    if (norm == model.options.end()) {
      names.push_back(model.name);
      continue;
    }
    for (const std::string& choice : norm->choices) {
      names.push_back(model.name + " " + choice);
    }
  }
  return names;
}

bool is_shallow(const std::string& model) {
  return model == "logistic" || model == "mlp" || model == "lenet";
}

bool is_same_in_evaluation(const std::string& model) {
  const models::Network network = small_network(model);
  const bool drops = network.options.has("dropout") && network.options.number("dropout") > 0;
  return network.buffers.empty() && !network.evaluates_by_batch && !drops;
}

}  // namespace murmur::learning::testing
