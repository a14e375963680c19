// SPDX-License-Identifier: Apache-2.0
// Language models against transformers' GPT2LMHeadModel (4.30) and the RNNModel of PyTorch's
// word_language_model, without dropout.
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "tests/learning/golden.h"

namespace murmur::learning::testing {
namespace {

constexpr std::int32_t kVocabulary = 7;

std::vector<std::int32_t> window(std::int32_t i, std::int32_t length) {
  std::vector<std::int32_t> tokens;
  for (std::int32_t k = 0; k < length; ++k) {
    tokens.push_back((i * i + 3 * i * k + k * k + k) % kVocabulary);
  }
  return tokens;
}

// Three windows of these lengths, in training and in test.
SupervisedSettings settings_of(const std::string& name,
                               const std::function<void(OptionValues&)>& set,
                               const std::vector<std::int32_t>& lengths) {
  auto dataset = std::make_shared<data::Dataset>(*small_dataset(name));
  data::RaggedRows rows;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    rows.add(window(static_cast<std::int32_t>(i), lengths[i]));
  }
  dataset->training.columns = {std::move(rows).column("x")};
  dataset->test = dataset->training;
  const models::Model& model = *models::find_model(name);
  OptionValues options(model.options);
  options.set("layers", std::int64_t{2});
  options.set("width", std::int64_t{8});
  options.set("dropout", 0.0);
  set(options);
  SupervisedSettings settings;
  settings.network = models::make_network(model, options, dataset->form()).value();
  data::TrainingDataSettings division;
  division.batches.batch_size = static_cast<std::int64_t>(lengths.size());
  settings.data = data::divide(dataset, division).value();
  return settings;
}

TEST(Gpt, IsGpt2OfTransformers) {
  const auto two_heads = [](OptionValues& options) { options.set("heads", std::int64_t{2}); };
  expect_golden(
      settings_of("gpt", two_heads, {6, 6, 6}),
      {2.1182167994102805, 2.0234664135259717, 0.0027541830301059476, 1.0555446903510388});
}

TEST(Lstm, IsTheRnnModelOfPyTorchsExample) {
  const auto narrow = [](OptionValues& options) { options.set("embedding", std::int64_t{6}); };
  expect_golden(
      settings_of("lstm", narrow, {6, 6, 6}),
      {2.027254580136465, 0.002923032002855177, 0.029044034894340993, 0.8272874917595354});
  const auto tied = [](OptionValues& options) { options.set("tied", true); };
  expect_golden(settings_of("lstm", tied, {6, 6, 6}),
                {1.9317838859345025, 0.06495836463759022, 0.00865878630497965, 0.7477009476143088});
}

// A window that is shorter than others of its batch has the scores that it has alone.
TEST(LanguageModels, AreNotChangedByPadding) {
  const auto nothing = [](OptionValues& /*options*/) {};
  for (const char* model : {"gpt", "lstm"}) {
    const auto together = make<double>(settings_of(model, nothing, {6, 3, 2}));
    Row<double> x = waves(together->layout());
    Row<double> g(together->layout().row_size());
    const problems::NamedSum all = together->score(x.data(), 0, 0).of(problems::kLoss);
    EXPECT_EQ(all.count, 5 + 2 + 1);
    EXPECT_NEAR(gradient(*together, 0, 0, x, g), all.mean(), 1e-13) << model;
    double sum = 0;
    for (const std::vector<std::int32_t>& kept :
         {std::vector<std::int32_t>{6, 1, 1}, {1, 3, 1}, {1, 1, 2}}) {
      const auto apart = make<double>(settings_of(model, nothing, kept));
      sum += apart->score(x.data(), 0, 0).of(problems::kLoss).sum;
    }
    EXPECT_NEAR(sum, all.sum, 1e-13) << model;
  }
}

TEST(LanguageModels, SmoothLabelsInTheObjectiveAlone) {
  const auto nothing = [](OptionValues& /*options*/) {};
  SupervisedSettings settings = settings_of("gpt", nothing, {6, 3, 2});
  const auto plain = make<double>(settings);
  settings.label_smoothing = 0.2;
  const auto smoothed = make<double>(settings);
  Row<double> x = waves(plain->layout());
  Row<double> g(plain->layout().row_size());
  EXPECT_EQ(plain->score(x.data(), 0, 0).of(problems::kLoss).sum,
            smoothed->score(x.data(), 0, 0).of(problems::kLoss).sum);
  const double loss = gradient(*smoothed, 0, 0, x, g);
  EXPECT_NE(loss, gradient(*plain, 0, 0, x, g));
  EXPECT_NEAR(loss, smoothed->loss(0, x.data(), 0), 1e-13);
}

}  // namespace
}  // namespace murmur::learning::testing
