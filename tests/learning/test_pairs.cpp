// SPDX-License-Identifier: Apache-2.0
// `transformer` against torch.nn.Transformer between an embedding with sines and its output,
// without dropout, and what it computes one token at a time.
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/learning/torch.h"
#include "murmur/learning/translation/continue_text.h"
#include "tests/learning/golden.h"

namespace murmur::learning::testing {
namespace {

using Tokens = std::vector<std::int32_t>;

struct Pair {
  Tokens source;
  Tokens target;
};

const std::vector<Pair>& three_pairs() {
  static const std::vector<Pair> kPairs{
      {{4, 5, 6, 3}, {5, 4, 3}}, {{6, 3}, {6, 6, 5, 4, 5, 3}}, {{5, 5, 4, 6, 4, 3}, {4, 3}}};
  return kPairs;
}

SupervisedSettings settings_of(const std::vector<Pair>& pairs, bool other) {
  auto dataset = std::make_shared<data::Dataset>(*small_dataset("transformer"));
  data::RaggedRows sources;
  data::RaggedRows targets;
  for (const Pair& pair : pairs) {
    sources.add(pair.source);
    targets.add(pair.target);
  }
  dataset->training.columns = {std::move(sources).column("x"), std::move(targets).column("y")};
  dataset->test = dataset->training;
  const models::Model& model = *models::find_model("transformer");
  OptionValues options = small_network("transformer").options;
  options.set("dropout", 0.0);
  options.set("tied", !other);
  options.set("norm_first", other);
  options.set("activation", std::string(other ? "gelu" : "relu"));
  SupervisedSettings settings;
  settings.network = models::make_network(model, options, dataset->form()).value();
  data::TrainingDataSettings division;
  division.batches.batch_size = std::ssize(pairs);
  settings.data = data::divide(dataset, division).value();
  return settings;
}

// The row of zeros of the embedding's padding has numbers here, too: it is not read.
TEST(Transformer, IsPyTorchs) {
  expect_golden(
      settings_of(three_pairs(), false),
      {2.0353388961725978, 1.8423922184668364, 0.00017772086522659287, 0.513660247991696});
  expect_golden(
      settings_of(three_pairs(), true),
      {1.9940750405844136, 0.21344678039037718, 0.004226439101964896, 1.5527415479346156});
}

TEST(Transformer, SmoothsLabelsAsPyTorchDoes) {
  SupervisedSettings settings = settings_of(three_pairs(), false);
  settings.label_smoothing = 0.1;
  const auto problem = make<double>(settings);
  Row<double> x = waves(problem->layout());
  Row<double> g(problem->layout().row_size());
  EXPECT_NEAR(gradient(*problem, 0, 0, x, g), 2.034315786827407, 1e-13);
  EXPECT_NEAR(problem->score(x.data(), 0, 0).of(problems::kLoss).mean(), 2.0353388961725978, 1e-13);
  EXPECT_NEAR(problem->loss(0, x.data(), 0), 2.034315786827407, 1e-13);
}

TEST(Transformer, IsNotChangedByPadding) {
  for (const bool other : {false, true}) {
    const auto together = make<double>(settings_of(three_pairs(), other));
    Row<double> x = waves(together->layout());
    const problems::NamedSum all = together->score(x.data(), 0, 0).of(problems::kLoss);
    EXPECT_EQ(all.count, 3 + 6 + 2);
    double sum = 0;
    for (const Pair& pair : three_pairs()) {
      const auto apart = make<double>(settings_of({pair}, other));
      sum += apart->score(x.data(), 0, 0).of(problems::kLoss).sum;
    }
    EXPECT_NEAR(sum, all.sum, 1e-13);
  }
}

// The log-probabilities of the tokens of the targets, each given those before it.
TEST(Transformer, HasTheSameScoresOneTokenAtATime) {
  for (const bool other : {false, true}) {
    const SupervisedSettings settings = settings_of(three_pairs(), other);
    const auto problem = make<double>(settings);
    Row<double> x = waves(problem->layout());
    const auto generator = make_torch_generator<double>(settings.network, data::Task::kTranslation);
    std::vector<Tokens> sources;
    std::vector<Continuation> last;
    for (const Pair& pair : three_pairs()) {
      const auto sentence = static_cast<std::int32_t>(sources.size());
      sources.push_back(pair.source);
      last.push_back({sentence, sentence, data::Marks().begin});
    }
    NextTokens& model = generator->start(x.data(), sources);
    double sum = 0;
    // In the reverse order from the second token on; those that have ended are left out.
    for (std::size_t place = 0; !last.empty(); ++place) {
      const std::span<const double> all = model.after(last);
      std::vector<Continuation> next;
      for (std::size_t row = last.size(); row-- > 0;) {
        const Tokens& target = three_pairs()[std::size_t(last[row].sentence)].target;
        const std::int32_t token = target[place];
        sum -= all[row * std::size_t(model.vocabulary()) + std::size_t(token)];
        if (place + 1 < target.size()) {
          next.push_back({last[row].sentence, static_cast<std::int32_t>(row), token});
        }
      }
      last = next;
    }
    EXPECT_NEAR(sum, problem->score(x.data(), 0, 0).of(problems::kLoss).sum, 1e-12);
  }
}

class Continuations : public ::testing::Test {
 protected:
  std::vector<std::int32_t> go_on(const ContinueSettings& settings) {
    return continue_text<double>({1, 4, 2, 6, 0, 3, 5}, settings, x_.data(), *generator_);
  }

  // The tokens after a text, as the model scores them when it gets the last of its tokens.
  std::vector<double> after(Tokens text) {
    text.erase(text.begin(), text.end() - std::min<std::ptrdiff_t>(std::ssize(text), 5));
    NextTokens& model = generator_->start(x_.data(), std::span(&text, 1));
    const std::vector<Continuation> last{{.token = text.back()}};
    const std::span<const double> row = model.after(last);
    return {row.begin(), row.end()};
  }

  const models::Network network_ = small_network("gpt");
  Row<double> x_ = waves(models::layout(network_, sizeof(double)));
  const std::unique_ptr<Generator<double>> generator_ =
      make_torch_generator<double>(network_, data::Task::kLanguageModel);
};

TEST_F(Continuations, AreTheMostProbableTokensOfTheLastWindow) {
  Tokens text{1, 4, 2, 6, 0, 3, 5};
  Tokens wanted;
  for (int i = 0; i < 6; ++i) {
    const std::vector<double> row = after(text);
    text.push_back(static_cast<std::int32_t>(std::ranges::max_element(row) - row.begin()));
    wanted.push_back(text.back());
  }
  EXPECT_EQ(go_on({.tokens = 6}), wanted);
}

TEST_F(Continuations, AreDrawnFromTheProbabilities) {
  const std::vector<double> row = after({1, 4, 2, 6, 0, 3, 5});
  std::vector<double> scaled;
  for (const double value : row) {
    scaled.push_back(value / 0.5);
  }
  const std::vector<double> wanted = probabilities_of(scaled);
  EXPECT_NEAR(std::accumulate(wanted.begin(), wanted.end(), 0.0), 1, 1e-15);
  constexpr int kDraws = 4000;
  std::vector<double> found(row.size());
  for (int i = 0; i < kDraws; ++i) {
    const Tokens token = go_on({.tokens = 1, .temperature = 0.5, .seed = 7, .number = i});
    found[std::size_t(token.front())] += 1.0 / kDraws;
  }
  for (std::size_t token = 0; token < found.size(); ++token) {
    EXPECT_NEAR(found[token], wanted[token], 4 * std::sqrt(0.25 / kDraws));
  }
}

}  // namespace
}  // namespace murmur::learning::testing
