// SPDX-License-Identifier: Apache-2.0
// A folder has one owner at a time, and the advice for a folder in use can be followed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_grid.h"
#include "tests/training/started.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> endless() {
  return {"train",
          "small.toml",
          "-v",
          "--output",
          "a",
          "--set",
          "schedule.steps=1000000",
          "--set",
          "evaluation.every_steps=1"};
}

TEST(FolderLock, NamesTheRunThatWritesThere) {
  const TrainingDesk desk;
  Started run(desk, endless());
  ASSERT_TRUE(run.wait_for_lines(1));
  const Ran second =
      desk.train({"--output", "a", "--set", "algorithm.learning_rate=0.1", "--resume"});
  EXPECT_EQ(second.code, 2) << second.out;
  EXPECT_THAT(second.err, AllOf(HasSubstr("in use"), HasSubstr(std::to_string(run.process()))));
  EXPECT_EQ(desk.train({"--output", "a"}).code, 2);
  EXPECT_EQ(desk.train({"--output", "b"}).code, 0);
  run.send(SIGTERM);
  EXPECT_EQ(run.end(), 143);
  EXPECT_FALSE(std::filesystem::exists(desk.path("a/.lock")));
}

TEST(FolderLock, EndsWithItsProcess) {
  const TrainingDesk desk;
  std::vector<std::string> arguments = endless();
  arguments.insert(arguments.end(), {"--set", "checkpoint.every_steps=1"});
  Started run(desk, arguments);
  ASSERT_TRUE(run.wait_for_lines(3));
  run.send(SIGKILL);
  EXPECT_EQ(run.end(), -SIGKILL);
  EXPECT_TRUE(std::filesystem::exists(desk.path("a/.lock")));
  arguments.erase(arguments.begin(), arguments.begin() + 2);
  arguments.insert(arguments.end(), {"--resume", "--steps-limit", "5"});
  const Ran resumed = desk.train(arguments);
  EXPECT_EQ(resumed.code, 0) << resumed.err;
}

TEST(FolderLock, IsOneOfAComparisonToo) {
  const CompareDesk desk;
  Started first(desk,
                {"compare", "grid.toml", "-v", "--output", "g", "--set", "schedule.epochs=400"});
  ASSERT_TRUE(first.wait_for_lines(1));
  const Ran second = desk.compare({"--output", "g", "--resume", "--set", "schedule.epochs=400"});
  EXPECT_EQ(second.code, 2) << second.out;
  EXPECT_THAT(second.err, AllOf(HasSubstr("in use"), HasSubstr(std::to_string(first.process()))));
  first.send(SIGTERM);
  first.end();
}

class Advice : public ::testing::Test {
 protected:
  Ran refused(const std::vector<std::string>& arguments) {
    const Ran ran = desk_.train(arguments);
    EXPECT_EQ(ran.code, 2) << ran.out;
    return ran;
  }

  TrainingDesk desk_;
};

TEST_F(Advice, AfterADivergenceIsAnotherFolder) {
  const std::vector<std::string> absurd{"--set", "algorithm.learning_rate=1e30", "--output", "a"};
  ASSERT_EQ(desk_.train(absurd).code, 4);
  EXPECT_THAT(refused(absurd).err,
              AllOf(HasSubstr("diverged"), HasSubstr("--output"), Not(HasSubstr("--resume"))));
  EXPECT_EQ(desk_.train({"--output", "b"}).code, 0);
}

TEST_F(Advice, OfAnotherRunIsAnotherFolder) {
  ASSERT_EQ(desk_.train({"--output", "a"}).code, 0);
  EXPECT_THAT(refused({"--output", "a", "--set", "algorithm.mu=0.5"}).err,
              AllOf(HasSubstr("algorithm.mu"), HasSubstr("--output"), Not(HasSubstr("--resume"))));
  const Ran resumed = desk_.train({"--output", "a", "--resume", "--set", "algorithm.mu=0.5"});
  EXPECT_EQ(resumed.code, 6);
  EXPECT_THAT(resumed.err, HasSubstr("without --resume"));
  EXPECT_EQ(desk_.run({"train", "a/config.toml", "--output", "a", "--resume"}).code, 0);
}

TEST_F(Advice, OfALongerOrStoppedRunIsToResume) {
  ASSERT_EQ(desk_.train({"--output", "a", "--steps-limit", "5"}).code, 0);
  EXPECT_THAT(refused({"--output", "a"}).err, HasSubstr("--resume"));
  EXPECT_EQ(desk_.train({"--output", "a", "--resume"}).code, 0);
  const std::vector<std::string> longer{"--output", "a", "--set", "schedule.epochs=5"};
  EXPECT_THAT(refused(longer).err, HasSubstr("--resume"));
  std::vector<std::string> again = longer;
  again.emplace_back("--resume");
  EXPECT_EQ(desk_.train(again).code, 0);
}

TEST_F(Advice, WithoutACheckpointIsToStartAnew) {
  ASSERT_EQ(desk_.train({"--output", "a", "--steps-limit", "5"}).code, 0);
  std::filesystem::remove_all(desk_.path("a/checkpoint"));
  EXPECT_THAT(refused({"--output", "a"}).err,
              AllOf(HasSubstr("no checkpoint"), Not(HasSubstr("--resume"))));
  const Ran resumed = desk_.train({"--output", "a", "--resume"});
  EXPECT_EQ(resumed.code, 6);
  EXPECT_THAT(resumed.err, HasSubstr("without --resume"));
  std::filesystem::remove_all(desk_.path("a"));
  EXPECT_EQ(desk_.train({"--output", "a"}).code, 0);
}

TEST_F(Advice, OfAComparisonsFolderIsAnotherFolder) {
  std::filesystem::create_directory(desk_.path("g"));
  desk_.write("g/comparison.json", "{}");
  EXPECT_THAT(refused({"--output", "g"}).err, HasSubstr("holds a comparison"));
}

}  // namespace
}  // namespace murmur::testing
