// SPDX-License-Identifier: Apache-2.0
#include "tests/learning/small_problems.h"

#include "murmur/core/random.h"

namespace murmur::learning::testing {
namespace {

constexpr ImageShape kShape{2, 12, 12};
constexpr int kClasses = 5;

data::Examples random_examples(std::int64_t count, std::int64_t part) {
  data::Examples examples;
  examples.shape = kShape;
  const Random pixel_draws(1, Stream::kTest, part, 0);
  const Random label_draws(1, Stream::kTest, part, 1);
  data::Bytes pixels;
  data::Bytes labels;
  for (std::int64_t i = 0; i < count * examples.example_size(); ++i) {
    pixels.push_back(
        static_cast<std::uint8_t>(pixel_draws.below(static_cast<std::uint64_t>(i), 256)));
  }
  for (std::int64_t i = 0; i < count; ++i) {
    labels.push_back(
        static_cast<std::uint8_t>(label_draws.below(static_cast<std::uint64_t>(i), kClasses)));
  }
  examples.pixels = std::move(pixels);
  examples.labels = std::move(labels);
  return examples;
}

}  // namespace

std::shared_ptr<const data::Dataset> small_dataset() {
  auto dataset = std::make_shared<data::Dataset>();
  dataset->name = "random";
  dataset->classes = kClasses;
  dataset->training = random_examples(41, 0);
  dataset->test = random_examples(23, 1);
  dataset->mean = {0.5, 0.4};
  dataset->deviation = {0.3, 0.2};
  return dataset;
}

models::Network small_network(const std::string& name) {
  const models::Model& model = *models::find_model(name);
  OptionValues options(model.options);
  if (name == "mlp") {
    options.set("hidden", std::vector<std::int64_t>{9, 7});
  }
  return models::make_network(model, options, kShape, kClasses).value();
}

SupervisedSettings small_settings(const std::string& model) {
  data::TrainingDataSettings settings;
  settings.workers = 3;
  settings.batches.batch_size = 6;
  SupervisedSettings result;
  result.data = data::divide(small_dataset(), settings).value();
  result.network = small_network(model);
  return result;
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const models::Model& model : models::models()) {
    names.push_back(model.name);
  }
  return names;
}

}  // namespace murmur::learning::testing
