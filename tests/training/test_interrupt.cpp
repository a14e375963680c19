// SPDX-License-Identifier: Apache-2.0
// A run that is asked to stop ends with its results so far and can be resumed; one that is killed,
// or whose disk is full, resumes from its last checkpoint.
#include <csignal>
#include <cstring>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "murmur/core/random.h"
#include "tests/training/small_run.h"
#include "tests/training/started.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A run that logs a line after every step.
std::vector<std::string> logging_every_step(const std::string& steps,
                                            std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"train",
                                     "small.toml",
                                     "-v",
                                     "--output",
                                     "a",
                                     "--set",
                                     "schedule.steps=" + steps,
                                     "--set",
                                     "evaluation.every_steps=1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::int64_t steps_done(const Desk& desk) {
  return json::parse(read_text(desk.path("a/summary.json")))["steps"];
}

TEST(Interrupt, EndsWithACheckpointAndASummary) {
  for (const auto& [signal, code] : {std::pair{SIGINT, 130},
                                     std::pair{SIGTERM, 143},
                                     std::pair{SIGHUP, 129},
                                     std::pair{SIGUSR1, 138}}) {
    const TrainingDesk desk;
    Started run(desk, logging_every_step("1000000"));
    ASSERT_TRUE(run.wait_for_lines(1));
    run.send(signal);
    EXPECT_EQ(run.end(), code);
    const json summary = json::parse(read_text(desk.path("a/summary.json")));
    EXPECT_EQ(summary["status"], "interrupted");
    const std::int64_t done = summary["steps"];
    EXPECT_GE(done, 1);
    const std::string more = std::to_string(done + 2);
    const Ran resumed = desk.train({"--output",
                                    "a",
                                    "--resume",
                                    "--json",
                                    "--steps-limit",
                                    more,
                                    "--set",
                                    "schedule.steps=1000000"});
    EXPECT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_EQ(json::parse(resumed.out)["steps"], done + 2);
  }
}

// Nothing reads its output, so it cannot finish its last step.
TEST(Interrupt, EndsAtOnceWhenAskedTwice) {
  const TrainingDesk desk;
  Started run(desk, logging_every_step("1000000"));
  ASSERT_TRUE(run.wait_for_lines(1));
  run.fill_its_pipe();
  run.send(SIGINT);
  ASSERT_TRUE(run.has_taken(SIGINT));
  run.send(SIGINT);
  EXPECT_EQ(run.end_unread(), -SIGINT);
}

TEST(Interrupt, ByASchedulerTwiceEndsAtOnce) {
  const TrainingDesk desk;
  Started run(desk, logging_every_step("1000000"));
  ASSERT_TRUE(run.wait_for_lines(1));
  run.fill_its_pipe();
  run.send(SIGUSR1);
  ASSERT_TRUE(run.has_taken(SIGUSR1));
  run.send(SIGUSR1);
  EXPECT_EQ(run.end_unread(), -SIGUSR1);
}

// When a terminal closes, both the shell and the kernel send SIGHUP, and a session manager sends
// SIGHUP after SIGTERM.
TEST(Interrupt, OfATerminalThatClosesIsOneInterruption) {
  for (const int first : {SIGHUP, SIGTERM}) {
    const TrainingDesk desk;
    Started run(desk, logging_every_step("1000000"));
    ASSERT_TRUE(run.wait_for_lines(1));
    run.send(first);
    ASSERT_TRUE(run.has_taken(first));
    run.send(SIGHUP);
    EXPECT_EQ(run.end(), 128 + first);
    EXPECT_GE(steps_done(desk), 1);
  }
}

// nohup, and a script that says trap '' USR1.
TEST(Interrupt, LeavesAloneWhatWasIgnoredAtTheStart) {
  const TrainingDesk desk;
  std::string command = "trap '' HUP USR1; exec " + quoted(MURMUR_PROGRAM);
  for (const std::string& argument : logging_every_step("1000000")) {
    command += " " + quoted(argument);
  }
  Started run(desk, "/bin/sh", {"-c", command});
  ASSERT_TRUE(run.wait_for_lines(1));
  run.send(SIGHUP);
  run.send(SIGUSR1);
  ASSERT_TRUE(run.wait_for_lines(20));
  run.send(SIGTERM);
  EXPECT_EQ(run.end(), 143);
}

TEST(Interrupt, KilledFiveTimesARunHasTheBitsOfOneLeftAlone) {
  const TrainingDesk desk;
  const Ran whole = desk.train({"--output", "whole", "--set", "schedule.steps=300"});
  ASSERT_EQ(whole.code, 0) << whole.err;
  const std::vector<std::string> saving{"--set", "checkpoint.every_steps=1"};
  const Random random(7, Stream::kTest);
  for (std::uint64_t k = 0; k < 5; ++k) {
    std::vector<std::string> arguments = logging_every_step("300", saving);
    if (k > 0) {
      arguments.emplace_back("--resume");
    }
    Started run(desk, arguments);
    // The line of step 2 comes after the checkpoint of step 1.
    ASSERT_TRUE(run.wait_for_lines(2 + static_cast<int>(random.below(k, 30))));
    run.send(SIGKILL);
    EXPECT_EQ(run.end(), -SIGKILL);
  }
  const Ran last =
      desk.train({"--output", "a", "--resume", "--set", "schedule.steps=300", "--quiet"});
  ASSERT_EQ(last.code, 0) << last.err;
  EXPECT_EQ(last_line(last), last_line(whole));
  EXPECT_EQ(steps_done(desk), 300);
}

// The steps of the loss in all event files of a run, in name order.
std::vector<std::int64_t> steps_in_events(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) {
      files.insert(entry.path());
    }
  }
  std::vector<std::int64_t> steps;
  for (const std::filesystem::path& file : files) {
    const std::string bytes = read_text(file);
    for (std::size_t at = 0; at + 12 < bytes.size();) {
      std::uint64_t length = 0;
      std::memcpy(&length, bytes.data() + at, sizeof length);
      const std::string event = bytes.substr(at + 12, length);
      at += length + 16;
      if (event.find("train/loss") != std::string::npos) {
        std::int64_t step = static_cast<unsigned char>(event[10]) & 0x7fU;
        const bool two_bytes = (static_cast<unsigned char>(event[10]) & 0x80U) != 0;
        step |= two_bytes ? static_cast<unsigned char>(event[11]) << 7U : 0;
        steps.push_back(step);
      }
    }
  }
  return steps;
}

TEST(Interrupt, KilledARunHasEveryStepOnceInTensorboard) {
  const TrainingDesk desk;
  const std::vector<std::string> settings{
      "--set", "output.tensorboard=true", "--set", "checkpoint.every_steps=10"};
  {
    Started run(desk, logging_every_step("1000000", settings));
    ASSERT_TRUE(run.wait_for_lines(35));
    run.send(SIGKILL);
    EXPECT_EQ(run.end(), -SIGKILL);
  }
  std::vector<std::string> rest = logging_every_step("1000000", settings);
  rest.insert(rest.end(), {"--resume", "--steps-limit", "100", "-q"});
  ASSERT_EQ(desk.run(rest).code, 0);
  std::vector<std::int64_t> all(100);
  std::iota(all.begin(), all.end(), 1);
  EXPECT_EQ(steps_in_events(desk.path("a")), all);
}

TEST(FullDisk, EndsWithOneAndGoesOnWhenThereIsRoom) {
  const TrainingDesk desk;
  std::vector<std::string> often{"train",
                                 "small.toml",
                                 "--set",
                                 "evaluation.every_steps=1",
                                 "--set",
                                 "model.hidden=[1]",
                                 "--set",
                                 "checkpoint.every_steps=1",
                                 "--output",
                                 "whole"};
  const Ran whole = desk.run(often);
  ASSERT_EQ(whole.code, 0) << whole.err;
  often.back() = "a";
  const Ran full = desk.run_with_small_files(often, 8);
  EXPECT_EQ(full.code, 1);
  EXPECT_THAT(full.err, AllOf(HasSubstr("a/metrics.jsonl"), HasSubstr("too large")));
  EXPECT_GT(lines_of(read_text(desk.path("a/metrics.jsonl"))).size(), 1U);
  often.emplace_back("--resume");
  const Ran resumed = desk.run(often);
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(last_line(resumed), last_line(whole));
  EXPECT_EQ(lines_of(read_text(desk.path("a/metrics.jsonl"))).size(), 32U);
}

}  // namespace
}  // namespace murmur::testing
