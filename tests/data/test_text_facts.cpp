// SPDX-License-Identifier: Apache-2.0
// What a person checks first about texts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/text/facts.h"

namespace murmur::data {
namespace {

using ::testing::ElementsAre;

Column rows_of(const std::string& name, const std::vector<std::vector<std::int32_t>>& rows) {
  RaggedRows ragged;
  for (const auto& row : rows) {
    ragged.add(row);
  }
  return std::move(ragged).column(name);
}

Dataset some_text(Task task) {
  Dataset dataset;
  dataset.task = task;
  dataset.vocabulary =
      std::make_shared<const Vocabulary>("words", std::vector<std::string>{"a", "<unk>", "b", "c"});
  dataset.training.columns.push_back(rows_of("x", {{0, 1, 1}, {2}, {3, 1, 0, 0, 2}, {2, 2}}));
  dataset.training.columns.push_back(rows_of("y", {{0}, {1}, {2}, {1, 1}}));
  return dataset;
}

TEST(TextFacts, CountTokensOfPairsSideBySide) {
  const Dataset pairs = some_text(Task::kTranslation);
  const TokenFacts source = token_facts(pairs, pairs.training);
  EXPECT_EQ(source.examples, 4);
  EXPECT_EQ(source.tokens, 11);
  EXPECT_EQ(source.shortest, 1);
  EXPECT_EQ(source.median, 2) << "the lower one of 2 and 3";
  EXPECT_EQ(source.longest, 5);
  EXPECT_EQ(source.unknown, 3);
  EXPECT_TRUE(source.of_class.empty());
  const TokenFacts target = token_facts(pairs, pairs.training, kTargets);
  EXPECT_EQ(target.tokens, 5);
  EXPECT_EQ(target.unknown, 3);
}

TEST(TextFacts, CountThePredictedTokensOfWindows) {
  const Dataset windows = some_text(Task::kLanguageModel);
  const TokenFacts facts = token_facts(windows, windows.training);
  EXPECT_EQ(facts.tokens, 7);
  EXPECT_EQ(facts.longest, 4);
}

TEST(TextFacts, AreOfNothingZero) {
  Dataset none = some_text(Task::kTranslation);
  none.training.columns = {rows_of("x", {})};
  EXPECT_EQ(token_facts(none, none.training).longest, 0);
}

TEST(TextFacts, ShowTheTokensOfSomeExamples) {
  const Dataset pairs = some_text(Task::kTranslation);
  const std::vector<std::int32_t> which{3, 0};
  EXPECT_THAT(tokens_of(pairs.training, which),
              ElementsAre(ElementsAre(2, 2), ElementsAre(0, 1, 1)));
  EXPECT_THAT(tokens_of(pairs.training, which, kTargets),
              ElementsAre(ElementsAre(1, 1), ElementsAre(0)));
}

}  // namespace
}  // namespace murmur::data
