// SPDX-License-Identifier: Apache-2.0
// Data and schedules that differ from those a run began with, and data that differ from the
// published ones of their name. Every piece of advice is followed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_grid.h"
#include "tests/training/small_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

json summary_of(const Desk& desk, const std::string& folder) {
  return json::parse(read_text(desk.path(folder + "/summary.json")));
}

void change_a_label(const Desk& desk) {
  const std::string name = "images/train-labels-idx1-ubyte";
  std::string bytes = read_text(desk.path(name));
  bytes.back() = static_cast<char>((bytes.back() + 1) % 4);
  desk.write(name, bytes);
}

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(DataIdentity, IsInTheSummaryAndDecidesOnAResume) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train({"--output", "a", "--steps-limit", "12"}).code, 0);
  const std::string digest = summary_of(desk, "a")["data_digest"];
  EXPECT_EQ(digest.size(), 16U);
  change_a_label(desk);
  const std::string before = read_text(desk.path("a/config.toml"));
  const Ran resumed = desk.train({"--output", "a", "--resume", "--set", "schedule.epochs=5"});
  EXPECT_EQ(resumed.code, 6) << resumed.out;
  EXPECT_THAT(resumed.err, AllOf(HasSubstr("data"), HasSubstr(digest)));
  EXPECT_EQ(read_text(desk.path("a/config.toml")), before);
  const Ran anew = desk.train({"--output", "b"});
  EXPECT_EQ(anew.code, 0) << anew.err;
  EXPECT_NE(summary_of(desk, "b")["data_digest"], digest);
}

TEST(DataIdentity, DecidesWhetherAFinishedRunIsShown) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train({"--output", "a"}).code, 0);
  ASSERT_EQ(desk.train({"--output", "a"}).code, 0);
  change_a_label(desk);
  const Ran other = desk.train({"--output", "a"});
  EXPECT_EQ(other.code, 2) << other.out;
  EXPECT_THAT(other.err, HasSubstr("content of its data differs"));
  EXPECT_EQ(desk.train({"--output", "a", "--resume"}).code, 6);
}

TEST(DataIdentity, IsNotWhereTheDataLie) {
  const TrainingDesk desk;
  const Ran whole = desk.train({"--output", "whole"});
  ASSERT_EQ(desk.train({"--output", "a", "--steps-limit", "12"}).code, 0);
  std::filesystem::rename(desk.path("images"), desk.path("moved"));
  const Ran resumed = desk.train({"--output", "a", "--resume", "--set", "data.folder=moved"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(last_line(resumed), last_line(whole));
  const Ran shown = desk.train({"--output", "whole", "--set", "data.folder=moved"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.err, HasSubstr("holds this run already"));
  EXPECT_EQ(summary_of(desk, "a")["config_digest"], summary_of(desk, "whole")["config_digest"]);
}

TEST(DataIdentity, DecidesWhetherRunsOfAGridAreTakenOver) {
  const CompareDesk desk;
  ASSERT_EQ(desk.compare({"--output", "grid"}).code, 0);
  ASSERT_EQ(desk.compare({"--output", "grid"}).code, 0);
  change_a_label(desk);
  const Ran other = desk.compare({"--output", "grid"});
  EXPECT_EQ(other.code, 2) << other.out;
  EXPECT_THAT(other.err, HasSubstr("content of its data differs"));
}

// As many images as MNIST has, of the same size, all black.
TEST(DataIdentity, IsDoubtedWhereAPublishedDatasetIsNotAsPublished) {
  const TrainingDesk desk;
  std::filesystem::create_directory(desk.path("black"));
  for (const auto& [prefix, count] : {std::pair{"train", 60000U}, std::pair{"t10k", 10000U}}) {
    const std::string name = std::string("black/") + prefix;
    desk.write(name + "-images-idx3-ubyte", idx({count, 28, 28}, std::string(count * 784, '\0')));
    desk.write(name + "-labels-idx1-ubyte", idx({count}, std::string(count, '\1')));
  }
  const std::vector<std::string> black{"--set", "data.name=mnist", "--set", "data.folder=black"};
  const std::vector<std::string> none{"--set",
                                      "schedule.steps=0",
                                      "--set",
                                      "evaluation.examples=1",
                                      "--set",
                                      "data.partition=iid",
                                      "--output",
                                      "a"};
  const Ran trained = desk.train(with(black, none));
  EXPECT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.err, HasSubstr("not 'mnist' as published"));
  const Ran planned = desk.run(with({"plan", "small.toml"}, black));
  EXPECT_THAT(planned.out + planned.err, HasSubstr("not 'mnist' as published"));
  const Ran looked = desk.run({"data", "mnist", "--set", "data.folder=black"});
  EXPECT_EQ(looked.code, 0) << looked.err;
  EXPECT_THAT(looked.err, HasSubstr("not 'mnist' as published"));
  EXPECT_THAT(looked.out, HasSubstr("but not as published"));
}

TEST(DataIdentity, OfANameIsItsShapeAndItsNumbers) {
  const TrainingDesk desk;
  const Ran trained = desk.train({"--set", "data.name=mnist"});
  EXPECT_EQ(trained.code, 3) << trained.out;
  EXPECT_THAT(trained.err,
              AllOf(HasSubstr("these data are not 'mnist'"), HasSubstr("1 x 28 x 28")));
  EXPECT_EQ(desk.run({"plan", "small.toml", "--set", "data.name=mnist"}).code, 3);
  EXPECT_EQ(desk.run({"data", "mnist", "--set", "data.folder=images"}).code, 3);
}

TEST(LongerSchedule, IsRefusedWhereItDoesNotBeginAsTheShorterOne) {
  const TrainingDesk desk;
  const std::vector<std::string> cosine{"--output", "a", "--set", "schedule.name=cosine"};
  ASSERT_EQ(desk.train(with(cosine, {"--set", "schedule.steps=10"})).code, 0);
  const std::string before = read_text(desk.path("a/config.toml"));
  const auto longer = with(cosine, {"--set", "schedule.steps=20"});
  const Ran refused = desk.train(with(longer, {"--resume"}));
  EXPECT_EQ(refused.code, 6) << refused.out;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("cosine"), HasSubstr("step 1")));
  EXPECT_EQ(read_text(desk.path("a/config.toml")), before);
  const Ran taken = desk.train(longer);
  EXPECT_EQ(taken.code, 2);
  EXPECT_THAT(taken.err, Not(HasSubstr("--resume")));
}

TEST(LongerSchedule, GoesOnWhereItBeginsAlikeWithTheLinesOfOneRun) {
  for (const std::string schedule : {"schedule.name=constant",
                                     "schedule.name=inverse-sqrt",
                                     "schedule.decay_steps=[12]",
                                     "schedule.warmup_epochs=0.3"}) {
    const TrainingDesk desk;
    const auto run = [&](const std::string& folder, const std::string& steps, bool resume) {
      return desk.train(
          with({"--output",
                folder,
                "--set",
                schedule,
                "--set",
                "schedule.steps=" + steps,
                "--set",
                "evaluation.every_steps=7"},
               resume ? std::vector<std::string>{"--resume"} : std::vector<std::string>{}));
    };
    const Ran whole = run("whole", "20", false);
    ASSERT_EQ(run("a", "10", false).code, 0);
    const Ran longer = run("a", "20", true);
    ASSERT_EQ(longer.code, 0) << longer.err;
    EXPECT_EQ(last_line(longer), last_line(whole)) << schedule;
    const auto lines = [&](const std::string& folder) {
      std::vector<std::pair<json, json>> all;
      for (const auto& text : lines_of(read_text(desk.path(folder + "/metrics.jsonl")))) {
        const json line = json::parse(text);
        all.emplace_back(line["step"], line["train/loss"]);
      }
      return all;
    };
    EXPECT_EQ(lines("a"), lines("whole")) << schedule;
  }
}

TEST(LongerSchedule, MayNotBeShorterInTheOtherUnit) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train({"--output", "a", "--steps-limit", "12"}).code, 0);
  const Ran shorter = desk.train({"--output", "a", "--resume", "--set", "schedule.steps=20"});
  EXPECT_EQ(shorter.code, 6) << shorter.out;
  EXPECT_THAT(shorter.err, HasSubstr("only a longer one"));
}

TEST(RelativePaths, BeginWhereTheProgramRunsAndAreWrittenInFull) {
  const TrainingDesk desk;
  desk.write("steps.csv", "0.5\n0.25\n");
  std::filesystem::create_directory(desk.path("files"));
  desk.write("files/run.toml", read_text(desk.path("small.toml")));
  const Ran first = desk.run({"train",
                              "files/run.toml",
                              "--output",
                              "a",
                              "--set",
                              "data.folder=./images",
                              "--set",
                              "cluster.trace=steps.csv"});
  ASSERT_EQ(first.code, 0) << first.err;
  std::filesystem::create_directory(desk.path("elsewhere"));
  const Ran again = shell(desk.path("elsewhere"),
                          quoted(MURMUR_PROGRAM) + " train ../a/config.toml --output ../b");
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(last_line(again), last_line(first));
  EXPECT_EQ(summary_of(desk, "b")["config_digest"], summary_of(desk, "a")["config_digest"]);
  desk.write("files/beside.csv", "1\n");
  const Ran beside =
      desk.run({"train", "files/run.toml", "--output", "c", "--set", "cluster.trace=beside.csv"});
  EXPECT_EQ(beside.code, 2);
  EXPECT_THAT(beside.err, HasSubstr("there is a 'files/beside.csv'"));
}

}  // namespace
}  // namespace murmur::testing
