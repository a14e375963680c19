// SPDX-License-Identifier: Apache-2.0
// `murmur data translation`, as a user asks it about aligned files.
#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/commands/program.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class PairsDesk : public ::testing::Test {
 protected:
  PairsDesk() {
    std::string source;
    std::string target;
    for (int i = 0; i < 30; ++i) {
      const std::string letter(1, static_cast<char>('a' + i % 5));
      source += "the hous" + letter + (i % 3 == 0 ? " is red\n" : "\n");
      target += "das haus" + letter + (i % 3 == 0 ? " ist rot\n" : "\n");
    }
    write("train", source + "\n", target + "leer\n");
    write("test", "the housa\nthe house is red\n", "das hausa\ndas hause ist rot\n");
  }
  void write(const std::string& name, const std::string& source, const std::string& target) const {
    desk_.write(name + ".en", source);
    desk_.write(name + ".de", target);
  }
  Ran data(std::vector<std::string> more) const {
    std::vector<std::string> all{"data",
                                 "translation",
                                 "--set",
                                 "folder=" + desk_.path(".").string(),
                                 "--set",
                                 "vocabulary_size=22"};
    all.insert(all.end(), more.begin(), more.end());
    return desk_.run(all);
  }
  json data_json(std::vector<std::string> more) const {
    more.emplace_back("--json");
    const Ran ran = data(std::move(more));
    EXPECT_EQ(ran.code, 0) << ran.err;
    return json::parse(ran.out);
  }

  const Desk desk_;
};

TEST_F(PairsDesk, ShowsWhatAPersonChecksFirst) {
  const Ran ran = data({"--set", "workers=2", "--set", "batch_tokens=40"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("30 training and 2 test examples: pairs of at most"),
                    HasSubstr("vocabulary  22 tokens, sentencepiece"),
                    HasSubstr("training    30 pairs, source, "),
                    HasSubstr("test        2 pairs, target, "),
                    HasSubstr("left out    1 training pairs"),
                    HasSubstr("batches"),
                    HasSubstr("worker 1")));
  const json all = data_json({"--set", "workers=2", "--set", "batch_tokens=40"});
  EXPECT_EQ(all["text"]["left_out"], 1);
  EXPECT_EQ(all["text"]["training"]["source"]["examples"], 30);
  EXPECT_EQ(all["workers"].size(), 2U);
  EXPECT_EQ(all["workers"][0]["examples"], 15);
  EXPECT_GT(all["workers"][0]["batches"], 1);
  const json one = data_json({"--set", "batch_tokens=100000"});
  EXPECT_EQ(one["workers"][0]["batches"], 1) << "of one worker where none is said";
}

TEST_F(PairsDesk, ShowsTheTokensOfPairs) {
  const json two = data_json({"--tokens", "2", "--split", "training"})["tokens"];
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0]["source"].back(), 3);
  EXPECT_EQ(two[1]["target"].back(), 3);
  EXPECT_EQ(data_json({"--tokens", "9"})["tokens"].size(), 2U) << "of the test set";
  const Ran none = data({"--tokens", "1", "--split", "validation"});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("data.validation says which it is"));
  const json drawn =
      data_json({"--tokens", "99", "--split", "validation", "--set", "validation=0.2"});
  EXPECT_EQ(drawn["tokens"].size(), 6U) << "of 30";
  write("val", "the house\n", "das haus\n");
  const json val = data_json({"--tokens", "5", "--split", "validation", "--set", "validation=val"});
  EXPECT_EQ(val["tokens"].size(), 1U);
  EXPECT_EQ(val["text"]["validation"]["target"]["examples"], 1);
}

TEST_F(PairsDesk, RefusesWhatCannotBe) {
  const Ran size = data({"--set", "batch_size=8"});
  EXPECT_EQ(size.code, 2);
  EXPECT_THAT(size.err, HasSubstr("data.batch_tokens in place of data.batch_size"));
  const Ran budget = data({"--set", "batch_tokens=2"});
  EXPECT_EQ(budget.code, 2);
  EXPECT_THAT(budget.err, AllOf(HasSubstr("data.batch_tokens = 2: "), HasSubstr("alone has")));
  const Ran words = data({"--set", "vocabulary_size=8000"});
  EXPECT_EQ(words.code, 2);
  EXPECT_THAT(words.out + words.err,
              HasSubstr("data.vocabulary_size = 8000: sentencepiece cannot make"));
  const Ran labels = data({"--set", "workers=2", "--set", "partition=dirichlet"});
  EXPECT_EQ(labels.code, 2);
  EXPECT_THAT(labels.err, HasSubstr("divides by label"));
  const Ran augment = data({"--set", "augment=[\"flip\"]", "--set", "workers=2"});
  EXPECT_EQ(augment.code, 2);
  EXPECT_THAT(augment.err, HasSubstr("'flip' needs images, and these examples are text"));
  desk_.write("train.de", "eins\n");
  const Ran lines = data({});
  EXPECT_EQ(lines.code, 3);
  EXPECT_THAT(lines.out + lines.err,
              AllOf(HasSubstr("train.en has 31 lines"), HasSubstr("train.de has 1;")));
  std::filesystem::remove(desk_.path("test.de"));
  const Ran missing = data({});
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.out + missing.err, HasSubstr("lacks test.de (plain, .gz or .xz)"));
}

TEST_F(PairsDesk, AreDividedByFiles) {
  write("more", "the housa\nthe housb\n", "das hausa\ndas hausb\n");
  const json all = data_json({"--set",
                              "train=[\"train\", \"more\"]",
                              "--set",
                              "partition=natural",
                              "--set",
                              "by=file",
                              "--set",
                              "workers=2"});
  EXPECT_EQ(all["workers"][0]["examples"].get<int>() + all["workers"][1]["examples"].get<int>(),
            32);
  EXPECT_EQ(
      std::min(all["workers"][0]["examples"].get<int>(), all["workers"][1]["examples"].get<int>()),
      2);
  const Ran other =
      data({"--set", "partition=natural", "--set", "by=author", "--set", "workers=2"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("these data can be grouped by file"));
}

}  // namespace
}  // namespace murmur::testing
