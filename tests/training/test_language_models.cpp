// SPDX-License-Identifier: Apache-2.0
// Language models, as a user trains them: one run whatever the threads and interruptions, its
// metrics, its vocabulary, what it refuses.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/text_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<json> lines_with_scores(const Desk& desk, const std::string& folder) {
  std::vector<json> lines;
  for (const std::string& text : lines_of(read_text(desk.path(folder + "/metrics.jsonl")))) {
    const auto line = json::parse(text);
    if (line.contains("eval/perplexity_averaged")) {
      lines.push_back(line);
    }
  }
  return lines;
}

TEST(TrainLanguageModels, GivesTheSameBitsOnAnyNumberOfThreadsAndResumed) {
  const TextDesk desk;
  const Ran one = desk.train({"--threads", "1", "--output", "one"});
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(last_line(desk.train({"--threads", "2", "--output", "two"})), last_line(one));
  ASSERT_EQ(desk.train({"--output", "parts", "--steps-limit", "4"}).code, 0);
  EXPECT_EQ(last_line(desk.train({"--output", "parts", "--resume"})), last_line(one));
  // Dropout takes part: without it the run is another one.
  EXPECT_NE(last_line(desk.train({"--set", "model.dropout=0", "--output", "none"})),
            last_line(one));
}

TEST(TrainLanguageModels, LowersThePerplexityWhichIsThatOfTheLoss) {
  const TextDesk desk;
  const Ran ran = desk.train({"--set", "schedule.epochs=12", "--output", "run"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::vector<json> lines = lines_with_scores(desk, "run");
  ASSERT_EQ(lines.size(), 12U);
  EXPECT_LT(lines.back()["eval/perplexity_averaged"],
            0.8 * lines.front()["eval/perplexity_averaged"].get<double>());
  for (const json& line : lines) {
    EXPECT_DOUBLE_EQ(line["eval/perplexity_averaged"],
                     std::exp(line["eval/loss_averaged"].get<double>()));
    EXPECT_GE(line["eval/perplexity_local_max"], line["eval/perplexity_local_mean"]);
    EXPECT_FALSE(line.contains("eval/accuracy_averaged"));
  }
  const auto summary = json::parse(read_text(desk.path("run/summary.json")));
  EXPECT_TRUE(summary["final"].contains("eval/perplexity_local_mean")) << summary.dump();
}

TEST(TrainLanguageModels, KeepsTheVocabularyInTheRunsFolder) {
  const TextDesk desk;
  ASSERT_EQ(desk.train({"--output", "run", "--steps-limit", "1"}).code, 0);
  const std::string vocabulary = read_text(desk.path("run/vocabulary.txt"));
  EXPECT_EQ(vocabulary.substr(0, 6), "\n \n.\nb");
  // With that file in place of its own words a run is the same.
  const std::string given = "data.vocabulary=" + desk.path("run/vocabulary.txt").string();
  const Ran own = desk.train({"--output", "own"});
  const Ran same = desk.train({"--set", given, "--output", "same"});
  ASSERT_EQ(same.code, 0) << same.err;
  EXPECT_EQ(last_line(same), last_line(own));
}

TEST(TrainLanguageModels, TrainsAnLstmOnWords) {
  const TextDesk desk;
  const std::vector<std::string> lstm{"--set",
                                      "data.tokenizer=words",
                                      "--set",
                                      "data.context=4",
                                      "--set",
                                      "model={ name = \"lstm\", width = 12, tied = true }",
                                      "--set",
                                      "algorithm={ name = \"dsgd\", learning_rate = 0.5 }"};
  auto with = lstm;
  with.insert(with.end(), {"--threads", "1", "--output", "one"});
  const Ran one = desk.train(with);
  ASSERT_EQ(one.code, 0) << one.err;
  with = lstm;
  with.insert(with.end(), {"--threads", "2", "--output", "two"});
  EXPECT_EQ(last_line(desk.train(with)), last_line(one));
}

TEST(TrainLanguageModels, SaysWhichModelFitsWhichData) {
  const TextDesk desk;
  const Ran ran = desk.train({"--set", "model={ name = \"mlp\" }", "--output", "run"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("\"text\""),
                    HasSubstr("'mlp' takes images or arrays"),
                    HasSubstr("gpt, lstm")));
}

TEST(TrainLanguageModels, SaysWhatIsWrongWithItsData) {
  const TextDesk desk;
  const auto refusal = [&](const std::string& set) {
    const Ran ran = desk.train({"--set", set, "--output", "run"});
    return std::pair(ran.code, ran.err);
  };
  EXPECT_EQ(refusal("data.partition=dirichlet").first, 2);
  EXPECT_THAT(refusal("data.partition=dirichlet").second, HasSubstr("have no labels"));
  EXPECT_EQ(refusal("data.augment=[\"flip\"]").first, 2);
  EXPECT_THAT(refusal("data.tokenizer=letters").second, HasSubstr("characters"));
  EXPECT_EQ(refusal("data.file=none.txt").first, 3);
  EXPECT_THAT(refusal("model.heads=3").second, HasSubstr("model.heads = 3 does not divide"));
  EXPECT_THAT(refusal("data.train=[1]").second, HasSubstr("data.train must be a list of texts"));
  EXPECT_THAT(refusal("data.labels=fine").second, HasSubstr("data.labels"));
  desk.write("birds.txt", "no text \xC3(");
  EXPECT_EQ(refusal("seed=2").first, 3);
  EXPECT_THAT(refusal("seed=2").second, HasSubstr("line 1: this is not valid UTF-8"));
}

TEST(TrainLanguageModels, IsPlanned) {
  const TextDesk desk;
  const Ran ran = desk.run({"plan", "small.toml", "--json"}, {});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto plan = json::parse(ran.out);
  // 16 (V + 8) of the embeddings, 3280 of the block, 32 of the last norm; 16 characters.
  EXPECT_THAT(ran.out, HasSubstr(std::to_string(16 * (16 + 8) + 3280 + 32)));
}

}  // namespace
}  // namespace murmur::testing
