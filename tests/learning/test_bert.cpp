// SPDX-License-Identifier: Apache-2.0
// Encoders against transformers' BertForSequenceClassification and
// DistilBertForSequenceClassification (4.30), without dropout.
#include <gtest/gtest.h>

#include "murmur/data/number_arrays.h"
#include "tests/learning/golden.h"
#include "tests/support/encoder_folder.h"

namespace murmur::learning::testing {
namespace {

using murmur::testing::EncoderFolder;

// Some of three texts of different lengths: two of them are padded.
SupervisedSettings settings_of(const std::string& folder,
                               const std::vector<std::size_t>& texts = {0, 1, 2}) {
  const std::vector<std::vector<std::int32_t>> rows{{1, 5, 6, 3, 8, 2}, {1, 4, 2}, {1, 7, 7, 9, 2}};
  auto dataset = std::make_shared<data::Dataset>(*small_dataset("bert"));
  data::RaggedRows tokens;
  std::vector<std::int32_t> labels;
  for (const std::size_t i : texts) {
    tokens.add(rows[i]);
    labels.push_back(static_cast<std::int32_t>(2 * i % 3));
  }
  dataset->classes = 3;
  dataset->training.columns = {std::move(tokens).column("x"), data::label_column(labels, 3)};
  dataset->test = dataset->training;
  const models::Model& model = *models::find_model("bert");
  OptionValues options(model.options);
  options.set("folder", folder);
  options.set("dropout", 0.0);
  SupervisedSettings settings;
  settings.network = models::make_network(model, options, dataset->form()).value();
  data::TrainingDataSettings division;
  division.batches.batch_size = static_cast<std::int64_t>(texts.size());
  settings.data = data::divide(dataset, division).value();
  return settings;
}

TEST(Bert, IsThatOfTransformers) {
  const EncoderFolder plain;
  expect_golden(
      settings_of(plain.path()),
      {1.1041972836758178, 0.0003464998871663688, 0.00019275105779151207, 0.09537941077560161});
  const std::string tiny = murmur::testing::kTinyBert;
  const EncoderFolder by_tanh(R"({"hidden_act": "gelu_new", "layer_norm_eps": 1e-5, )" +
                              tiny.substr(1));
  expect_golden(
      settings_of(by_tanh.path()),
      {1.104197250926383, 0.00034640133764600705, 0.0001927094928229877, 0.09537910068478274});
}

TEST(Distilbert, IsThatOfTransformers) {
  const EncoderFolder folder(murmur::testing::kTinyDistilbert);
  expect_golden(
      settings_of(folder.path()),
      {1.160064250006556, 0.0023951823125911856, 0.002322754875133514, 0.33038917874458834});
}

// A text has the score that it has alone.
TEST(Bert, IsNotChangedByPadding) {
  const EncoderFolder folder;
  const auto together = make<double>(settings_of(folder.path()));
  Row<double> x = waves(together->layout());
  double sum = 0;
  for (const std::size_t text : {0U, 1U, 2U}) {
    const auto alone = make<double>(settings_of(folder.path(), {text}));
    sum += alone->score(x.data(), 0, 0).of(problems::kLoss).sum;
  }
  EXPECT_NEAR(sum, together->score(x.data(), 0, 0).of(problems::kLoss).sum, 1e-13);
}

}  // namespace
}  // namespace murmur::learning::testing
