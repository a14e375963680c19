// SPDX-License-Identifier: Apache-2.0
// data.augment and [loss], as a user sets them.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_run.h"

namespace murmur::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string digest_with(const TrainingDesk& desk, const std::string& setting) {
  static int runs = 0;
  const Ran ran = desk.train(
      {"--set", setting, "--output", "run " + std::to_string(++runs), "--steps-limit", "6"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(last_line(ran), StartsWith("digest "));
  return last_line(ran);
}

TEST(Augment, IsTheListOfItsTransforms) {
  const TrainingDesk desk;
  const std::string none = digest_with(desk, "data.augment=false");
  EXPECT_EQ(digest_with(desk, "data.augment=[]"), none);
  const std::string usual = digest_with(desk, "data.augment=true");
  EXPECT_NE(usual, none);
  EXPECT_EQ(digest_with(desk, "data.augment=[\"flip\", \"crop\"]"), usual);
  EXPECT_EQ(
      digest_with(desk, "data.augment=[{ name = \"flip\" }, { name = \"crop\", padding = 4 }]"),
      usual);
  const std::string narrow =
      digest_with(desk, "data.augment=[\"flip\", { name = \"crop\", padding = 1 }]");
  EXPECT_NE(narrow, usual);
  EXPECT_NE(digest_with(desk, "data.augment=[\"crop\", \"flip\"]"), usual);
  EXPECT_NE(digest_with(desk, "data.augment=[\"flip\"]"), none);
}

TEST(Augment, IsWrittenSoThatTheRunCanBeMadeAgain) {
  const TrainingDesk desk;
  int runs = 0;
  for (const auto& [given, written] :
       {std::pair{"[]", "augment = false"},
        {"[\"flip\", \"crop\"]", "augment = true"},
        {"[\"crop\", \"flip\"]", "augment = [{ name = \"crop\", padding = 4 }, \"flip\"]"}}) {
    const std::string folder = "run of " + std::to_string(++runs);
    const Ran ran = desk.train(
        {"--set", std::string("data.augment=") + given, "--output", folder, "--steps-limit", "3"});
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_THAT(read_text(desk.path(folder + "/config.toml")), HasSubstr(written));
    const Ran again = desk.run(
        {"train", folder + "/config.toml", "--output", folder + " again", "--steps-limit", "3"});
    EXPECT_EQ(last_line(again), last_line(ran)) << again.err;
  }
}

TEST(Augment, RefusesWhatIsNoTransformAndSaysWhatIs) {
  const TrainingDesk desk;
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"[\"flop\"]", "data.augment cannot be 'flop'"},
      {"[\"flop\"]", "Allowed: flip, crop"},
      {"\"flip\"", "must be true, false or a list"},
      {"3", "Known: flip, crop"},
      {"[3]", "data.augment must be one of flip, crop, random-resized-crop, not 3"},
      {"[{ padding = 4 }]", "data.augment.name is missing"},
      {"[{ name = \"crop\", pading = 4 }]", "unknown key 'data.augment.pading'"},
      {"[{ name = \"flip\", padding = 4 }]", "'flip' does not have it; it is an option of crop"},
      {"[{ name = \"crop\", padding = 0 }]", "data.augment.padding must be an integer from 1 to"}};
  for (const auto& [given, complaint] : wrong) {
    const Ran ran = desk.train({"--set", "data.augment=" + given, "--output", "a"});
    EXPECT_EQ(ran.code, 2) << given << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(complaint)) << given;
  }
  const Ran list = desk.run({"list", "augmentations"});
  EXPECT_EQ(list.code, 0);
  EXPECT_THAT(list.out, HasSubstr("padding"));
}

TEST(Loss, IsSmoothedInTrainingAlone) {
  const TrainingDesk desk;
  const auto final_of = [&](const std::string& smoothing, const std::string& folder) {
    // A rate so small that the models stay where they are.
    const Ran ran = desk.train({"--set",
                                "loss.label_smoothing=" + smoothing,
                                "--set",
                                "algorithm.learning_rate=1e-12",
                                "--output",
                                folder,
                                "--steps-limit",
                                "4"});
    EXPECT_EQ(ran.code, 0) << ran.err;
    return nlohmann::json::parse(read_text(desk.path(folder + "/summary.json")))["final"];
  };
  const auto plain = final_of("0", "plain");
  const auto smoothed = final_of("0.5", "smoothed");
  EXPECT_NEAR(plain["eval/loss_averaged"].get<double>(),
              smoothed["eval/loss_averaged"].get<double>(),
              1e-6);
  EXPECT_GT(std::abs(plain["train/loss"].get<double>() - smoothed["train/loss"].get<double>()),
            1e-3);
  EXPECT_THAT(read_text(desk.path("smoothed/config.toml")),
              HasSubstr("[loss]\nlabel_smoothing = 0.5"));
  EXPECT_EQ(read_text(desk.path("plain/config.toml")).find("[loss]"), std::string::npos);
  const Ran wrong = desk.train({"--set", "loss.label_smoothing=1.5", "--output", "a"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("loss.label_smoothing must be a number from 0 to 1, not 1.5"));
}

}  // namespace
}  // namespace murmur::testing
