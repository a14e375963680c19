// SPDX-License-Identifier: Apache-2.0
#include "tests/learning/small_problems.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "murmur/core/random.h"
#include "murmur/data/number_arrays.h"
#include "tests/support/encoder_folder.h"

namespace murmur::learning::testing {
namespace {

constexpr int kClasses = 5;
constexpr int kTokens = 7;
constexpr std::int64_t kContext = 5;

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

// Windows of random tokens; the last of the test windows is shorter.
data::Examples random_windows(std::int64_t count, std::int64_t part) {
  const Random draws(1, Stream::kTest, part, 2);
  data::RaggedRows rows;
  for (std::int64_t i = 0; i < count; ++i) {
    std::vector<std::int32_t> window;
    const std::int64_t length = part == 1 && i + 1 == count ? 3 : kContext + 1;
    for (std::int64_t k = 0; k < length; ++k) {
      const auto index = static_cast<std::uint64_t>(i * (kContext + 1) + k);
      window.push_back(static_cast<std::int32_t>(draws.below(index, kTokens)));
    }
    rows.add(window);
  }
  data::Examples examples;
  examples.columns.push_back(std::move(rows).column("x"));
  return examples;
}

std::shared_ptr<const data::Dataset> small_text() {
  auto dataset = std::make_shared<data::Dataset>();
  dataset->name = "random";
  dataset->task = data::Task::kLanguageModel;
  std::vector<std::string> tokens;
  for (int i = 0; i < kTokens; ++i) {
    tokens.push_back(std::to_string(i));
  }
  dataset->vocabulary = std::make_shared<const data::Vocabulary>("words", tokens);
  dataset->longest = kContext;
  dataset->training = random_windows(41, 0);
  dataset->test = random_windows(23, 1);
  return dataset;
}

// Pairs of 1 to 6 tokens, </s> included.
data::Examples random_pairs(std::int64_t count, std::int64_t part) {
  constexpr std::int64_t kLongest = 6;
  const data::Marks marks;
  const Random draws(1, Stream::kTest, part, 4);
  std::array<data::RaggedRows, 2> sides;
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::int64_t side = 0; side < 2; ++side) {
      std::vector<std::int32_t> row;
      for (std::int64_t k = 0; k < (i + 2 * side) % kLongest; ++k) {
        const auto index = static_cast<std::uint64_t>((2 * i + side) * kLongest + k);
        row.push_back(marks.end + 1 + static_cast<std::int32_t>(draws.below(index, kTokens - 4)));
      }
      row.push_back(marks.end);
      sides[static_cast<std::size_t>(side)].add(row);
    }
  }
  data::Examples examples;
  examples.columns.push_back(std::move(sides[0]).column("x"));
  examples.columns.push_back(std::move(sides[1]).column("y"));
  return examples;
}

std::shared_ptr<const data::Dataset> small_pairs() {
  auto dataset = std::make_shared<data::Dataset>();
  dataset->name = "random";
  dataset->task = data::Task::kTranslation;
  dataset->vocabulary = std::make_shared<const data::Vocabulary>(
      "sentencepiece", std::vector<std::string>{"<pad>", "<unk>", "<s>", "</s>", "a", "b", "c"});
  dataset->longest = 6;
  dataset->training = random_pairs(41, 0);
  dataset->test = random_pairs(23, 1);
  return dataset;
}

// Texts of 2 to 8 tokens out of 12, with classes.
data::Examples random_texts(std::int64_t count, std::int64_t part) {
  constexpr std::int64_t kLongest = 8;
  constexpr int kWords = 12;
  const Random draws(1, Stream::kTest, part, 3);
  data::RaggedRows rows;
  std::vector<std::int32_t> labels;
  for (std::int64_t i = 0; i < count; ++i) {
    std::vector<std::int32_t> text;
    for (std::int64_t k = 0; k < 2 + i % (kLongest - 1); ++k) {
      const auto index = static_cast<std::uint64_t>(i * kLongest + k);
      text.push_back(1 + static_cast<std::int32_t>(draws.below(index, kWords - 1)));
    }
    rows.add(text);
    labels.push_back(static_cast<std::int32_t>(i % kClasses));
  }
  data::Examples examples;
  examples.columns.push_back(std::move(rows).column("x"));
  examples.columns.push_back(data::label_column(labels, kClasses));
  return examples;
}

std::shared_ptr<const data::Dataset> small_labelled_text() {
  auto dataset = std::make_shared<data::Dataset>();
  dataset->name = "random";
  dataset->classes = kClasses;
  dataset->vocabulary = std::make_shared<const data::Vocabulary>(
      data::Vocabulary::read("wordpiece", murmur::testing::kEncoderWords, "words").value());
  dataset->longest = 8;
  dataset->training = random_texts(41, 0);
  dataset->test = random_texts(23, 1);
  return dataset;
}

// Of "bert" and of "bert distilled".
std::string encoder_folder(const std::string& model) {
  static const murmur::testing::EncoderFolder kPlain;
  static const murmur::testing::EncoderFolder kDistilled(murmur::testing::kTinyDistilbert);
  return model.ends_with(" distilled") ? kDistilled.path() : kPlain.path();
}

ExampleKind taken_by(const std::string& model) {
  return models::find_model(name_of(model))->takes;
}

}  // namespace

bool takes_images(const std::string& model) {
  return taken_by(model) == ExampleKind::kArrays;
}

std::int64_t loss_terms(const SupervisedSettings& settings, std::int64_t examples) {
  const data::Dataset& dataset = *settings.data.dataset;
  const auto length = [&](const char* column, std::int64_t i) {
    return std::ssize(dataset.test.column(column).row<std::int32_t>(i));
  };
  std::int64_t terms = 0;
  for (std::int64_t i = 0; i < examples; ++i) {
    terms += dataset.task == data::Task::kLanguageModel ? length("x", i) - 1
             : dataset.task == data::Task::kTranslation ? length("y", i)
                                                        : 1;
  }
  return terms;
}

std::shared_ptr<const data::Dataset> small_dataset(const std::string& model) {
  if (taken_by(model) == ExampleKind::kLabelledText) {
    return small_labelled_text();
  }
  if (taken_by(model) == ExampleKind::kPairs) {
    return small_pairs();
  }
  if (!takes_images(model)) {
    return small_text();
  }
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

ExampleForm form_for(const std::string& model, std::int64_t outputs) {
  if (!takes_images(model)) {
    return small_dataset(model)->form();
  }
  return {.kind = ExampleKind::kArrays, .shape = shape_for(model), .outputs = outputs};
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
  if (model.name == "gpt") {
    options.set("layers", std::int64_t{2});
    options.set("heads", std::int64_t{2});
    options.set("width", std::int64_t{8});
  }
  if (model.name == "bert") {
    options.set("folder", encoder_folder(name));
    options.set("dropout", 0.2);
  }
  if (model.name == "transformer") {
    const bool other = name.ends_with(" other");
    options.set("layers", std::int64_t{other ? 1 : 2});
    options.set("heads", std::int64_t{2});
    options.set("width", std::int64_t{8});
    options.set("feedforward", std::int64_t{12});
    options.set("activation", std::string(other ? "gelu" : "relu"));
    options.set("norm_first", other);
    options.set("tied", !other);
  }
  if (model.name == "lstm") {
    options.set("width", std::int64_t{8});
    options.set("tied", name.ends_with(" tied"));
  }
  if (options.has("norm")) {
    options.set("norm", name.substr(name.find(' ') + 1));
  }
  return models::make_network(model, options, form_for(name, outputs)).value();
}

data::Examples examples_of(const data::Examples& all, const std::vector<std::int32_t>& which) {
  const data::Column& x = all.column(data::kInputs);
  const data::Column& y = all.column(data::kTargets);
  const auto size = static_cast<std::size_t>(x.row_size());
  data::Bytes pixels;
  data::Bytes labels;
  for (const std::int32_t example : which) {
    const auto place = static_cast<std::size_t>(example);
    const auto* row = x.bytes.data() + place * size;
    pixels.insert(pixels.end(), row, row + size);
    labels.push_back(y.bytes.data()[place]);
  }
  return data::labelled_images(all.shape(), std::move(pixels), std::move(labels));
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
    if (model.name.starts_with("resnet") || model.name == "compiled") {
      continue;
    }
    const auto norm = std::find_if(model.options.begin(),
                                   model.options.end(),
                                   [](const OptionInfo& option) { return option.name == "norm"; });
    if (model.name == "bert") {
      names.emplace_back("bert distilled");
    }
    if (model.name == "lstm") {
      names.emplace_back("lstm tied");
    }
    if (model.name == "transformer") {
      names.emplace_back("transformer other");
    }
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
