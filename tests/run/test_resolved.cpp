// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "murmur/run/config/catalog.h"
#include "tests/run/config_text.h"

namespace murmur::run {
namespace {

Config again(const Config& config) {
  return read_config(parse_document(to_toml(config), "config.toml"), config.purpose);
}

void expect_round_trip(const Config& config) {
  const std::string text = to_toml(config);
  EXPECT_EQ(to_toml(again(config)), text);
  EXPECT_EQ(config_digest(again(config)), config_digest(config));
  EXPECT_EQ(first_difference(config, again(config), Sameness::kSameRun), std::nullopt);
}

TEST(Resolved, RunsAgainAsItIs) {
  expect_round_trip(read(kTrainText, Purpose::kTrain));
  expect_round_trip(read(kSolveText, Purpose::kSolve));
}

TEST(Resolved, RunsAgainForEveryAlgorithmAndOuterStep) {
  for (const std::string& name : kind_of("algorithm").names()) {
    expect_round_trip(read(kTrainText, Purpose::kTrain, {"algorithm.name=" + name}));
  }
  for (const std::string& name : kind_of("outer").names()) {
    expect_round_trip(read(kTrainText,
                           Purpose::kTrain,
                           {"outer.name=" + name, "outer.period=4", "outer.start_epoch=1.5"}));
  }
}

TEST(Resolved, KeepsTheLevelsOfHierarchicalAveraging) {
  const std::vector<std::string> levels{"outer.name=average",
                                        "outer.period=[{period=16,group=8},{period=4,group=2}]"};
  const Config config = read(kTrainText, Purpose::kTrain, levels);
  ASSERT_EQ(config.outer->levels.size(), 2U);
  EXPECT_EQ(config.outer->levels.front().period, 4);
  EXPECT_EQ(config.outer->levels.front().group, 2);
  expect_round_trip(config);
}

TEST(Resolved, KeepsWhatIsUnusual) {
  expect_round_trip(read(kTrainText,
                         Purpose::kTrain,
                         {"name='quotes \" and é'",
                          "schedule.decay_steps=[1, 2]",
                          "schedule.warmup_epochs=0.1",
                          "schedule.warmup_from=1e-7",
                          "schedule.scale=2.5",
                          "evaluation.every_steps=7",
                          "evaluation.workers=2",
                          "evaluation.examples=100",
                          "checkpoint.every_minutes=0.5",
                          "output.csv=true",
                          "data.seed=9",
                          "data.partition=shards",
                          "data.folder='some \\ where'",
                          "data.validation=0.1",
                          "data.objective=examples",
                          "evaluation.test=end",
                          "checkpoint.best=validation/loss_averaged",
                          "model.weights=/where/it/is",
                          "threads=2",
                          "gradient.accumulate=2",
                          "gradient.sharpness=0.1",
                          "gradient.clip_norm=3",
                          "precision=double"}));
  expect_round_trip(read(kSolveText, Purpose::kSolve, {"algorithm.learning_rate=[0.0]"}));
}

TEST(Resolved, KeepsWhoGetsWhat) {
  for (const std::vector<std::string>& keys : std::vector<std::vector<std::string>>{
           {"data.validation=valid"},
           {"data.validation=['a', 'b']"},
           {"data.partition=natural", "data.by=group"},
           {"data.partition=file", "data.partition_file=/w.txt"},
           {"data.partition=dirichlet", "data.amounts=drawn"},
           {"workers=3", "data.partition=origin", "data.amounts=[1.0, 2.5, 3.0]"}}) {
    const Config config = read(kTrainText, Purpose::kTrain, keys);
    expect_round_trip(config);
    EXPECT_NE(config_digest(config), config_digest(read(kTrainText, Purpose::kTrain)));
  }
}

TEST(Resolved, KeepsFactorsAndWhoTakesPart) {
  const std::vector<std::string> rounds{"algorithm.name=sgd",
                                        "outer.name=average",
                                        "outer.period=4",
                                        "algorithm.decay=matrices",
                                        "algorithm.group=[{match='a\"*', rate=0.5}, {match='b'}]",
                                        "participation.share=0.5"};
  const Config train = read(kTrainText, Purpose::kTrain, rounds);
  expect_round_trip(train);
  ASSERT_EQ(again(train).algorithm.groups.size(), 2U);
  EXPECT_EQ(again(train).algorithm.groups[0].match, "a\"*");
  std::vector<std::string> weights = rounds;
  weights.push_back("participation.weights=[1, 2, 3, 4]");
  const Config solve = read(kSolveText, Purpose::kSolve, weights);
  expect_round_trip(solve);
  EXPECT_EQ(again(solve).participation.numbers, (std::vector<double>{1, 2, 3, 4}));
}

TEST(Resolved, HasItsSchemaAndRefusesAnother) {
  const std::string text = to_toml(read(kTrainText, Purpose::kTrain));
  EXPECT_EQ(text.rfind("schema = 1\n", 0), 0U);
  EXPECT_NE(refusal(with(text, "schema = 1", "schema = 2"), Purpose::kTrain), "");
}

TEST(Resolved, LetsSeedsGoOnFollowingTheRuns) {
  const std::string text = to_toml(read(kTrainText, Purpose::kTrain));
  EXPECT_EQ(read(text, Purpose::kTrain, {"seed=8"}).topology.seed, 8U);
}

TEST(FirstDifference, NamesTheKey) {
  const Config one = read(kTrainText, Purpose::kTrain);
  const auto difference = [&](const std::string& set, Sameness sameness) {
    return first_difference(one, read(kTrainText, Purpose::kTrain, {set}), sameness);
  };
  EXPECT_EQ(difference("data.alpha=0.2", Sameness::kSameRun), "data.alpha");
  EXPECT_EQ(difference("algorithm.mu=0.2", Sameness::kMayResume), "algorithm.mu");
  EXPECT_EQ(difference("seed=4", Sameness::kMayResume), "seed");
  EXPECT_EQ(difference("evaluation.every_steps=4", Sameness::kSameRun), "evaluation.every_epochs");
  EXPECT_EQ(difference("evaluation.every_steps=4", Sameness::kMayResume), std::nullopt);
  EXPECT_EQ(difference("schedule.epochs=40", Sameness::kSameRun), "schedule.epochs");
  EXPECT_EQ(difference("schedule.epochs=40", Sameness::kMayResume), std::nullopt);
}

// A digest of a version that did not have these keys.
TEST(ConfigDigest, IsThatOfEarlierVersionsWithoutNewKeys) {
  EXPECT_EQ(config_digest(read(kTrainText, Purpose::kTrain)), "2dc36a566c208d98");
  const Config one = read(kTrainText, Purpose::kTrain);
  const Config other = read(kTrainText, Purpose::kTrain, {"gradient.accumulate=2"});
  EXPECT_NE(config_digest(one), config_digest(other));
  EXPECT_EQ(first_difference(one, other, Sameness::kMayResume), "gradient.accumulate");
}

TEST(FirstDifference, SeesNoneInWhatConcernsTheMachine) {
  const Config one = read(kTrainText, Purpose::kTrain);
  for (const char* set :
       {"threads=3", "output.csv=true", "checkpoint.keep=5", "checkpoint.every_steps=5"}) {
    const Config other = read(kTrainText, Purpose::kTrain, {set});
    EXPECT_EQ(first_difference(one, other, Sameness::kSameRun), std::nullopt) << set;
    EXPECT_EQ(config_digest(one), config_digest(other)) << set;
  }
}

TEST(ConfigDigest, ChangesWithWhatDecidesTheNumbers) {
  const Config one = read(kTrainText, Purpose::kTrain);
  for (const char* set :
       {"seed=4", "schedule.epochs=11", "precision=double", "topology.lazy=true"}) {
    EXPECT_NE(config_digest(one), config_digest(read(kTrainText, Purpose::kTrain, {set}))) << set;
  }
}

}  // namespace
}  // namespace murmur::run
