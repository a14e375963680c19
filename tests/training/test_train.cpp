// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

std::vector<json> metrics_of(const Desk& desk, const std::string& folder) {
  std::vector<json> lines;
  for (const std::string& line : lines_of(read_text(desk.path(folder + "/metrics.jsonl")))) {
    lines.push_back(json::parse(line));
  }
  return lines;
}

json summary_of(const Desk& desk, const std::string& folder) {
  return json::parse(read_text(desk.path(folder + "/summary.json")));
}

// Without times.
json timeless(json line) {
  for (auto it = line.begin(); it != line.end();) {
    it = it.key() == "wall_s" || it.key().rfind("time/", 0) == 0 ? line.erase(it) : std::next(it);
  }
  return line;
}

TEST(Train, WritesARunFolder) {
  const TrainingDesk desk;
  const Ran ran = desk.train({});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  for (const char* name :
       {"config.toml", "metrics.jsonl", "summary.json", "report.html", "checkpoint"}) {
    EXPECT_TRUE(std::filesystem::exists(desk.path("runs/small-2") / name)) << name;
  }
  const std::vector<json> lines = metrics_of(desk, "runs/small-2");
  ASSERT_EQ(lines.size(), 4U);  // 256 / 4 / 8 = 8 steps per epoch
  EXPECT_EQ(lines.back()["step"], 32);
  EXPECT_EQ(lines.back()["epoch"], 4.0);
  for (const char* name : {"schema",
                           "wall_s",
                           "train/loss",
                           "train/lr",
                           "eval/accuracy_local_mean",
                           "eval/accuracy_local_min",
                           "eval/accuracy_local_std",
                           "eval/accuracy_averaged",
                           "eval/loss_local_mean",
                           "eval/loss_averaged",
                           "consensus/distance",
                           "comm/bytes_sent",
                           "comm/messages",
                           "time/gradient_s",
                           "time/algorithm_s",
                           "time/evaluation_s",
                           "time/wait_s",
                           "time/virtual_s"}) {
    EXPECT_TRUE(lines.back().contains(name)) << name;
  }
  const json summary = summary_of(desk, "runs/small-2");
  const std::string digest = summary["digest"];
  EXPECT_THAT(digest, MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(last_line(ran), "digest " + digest);
  EXPECT_EQ(summary["steps"], 32);
  EXPECT_EQ(summary["parameters"], 64 * 8 + 8 + 8 * 4 + 4);
  EXPECT_EQ(summary["final"]["eval/accuracy_local_mean"], lines.back()["eval/accuracy_local_mean"]);
}

TEST(Train, Learns) {
  const TrainingDesk desk;
  const Ran ran = desk.train({"--json", "--set", "data.partition=iid"});
  EXPECT_GT(json::parse(ran.out)["final"]["eval/accuracy_local_mean"], 0.9);
}

TEST(Train, CountsWhatTheAlgorithmSends) {
  const TrainingDesk desk;
  const std::int64_t model = (64 * 8 + 8 + 8 * 4 + 4) * 4;
  const json ring = json::parse(desk.train({"--json"}).out);
  EXPECT_EQ(ring["totals"]["comm/bytes_sent"], 32 * 4 * 2 * model);
  EXPECT_EQ(ring["totals"]["comm/messages"], 32 * 4 * 2);
  const json exact = json::parse(
      desk.train({"--json", "--output", "b", "--set", "algorithm.name=allreduce-sgd"}).out);
  EXPECT_EQ(exact["totals"]["comm/bytes_sent"], 32 * 4 * model * 2 * 3 / 4);
}

TEST(Train, DependsOnTheSeedButNotOnThreadsOrEvaluation) {
  const TrainingDesk desk;
  const std::string one = last_line(desk.train({"--threads", "1"}));
  EXPECT_EQ(last_line(desk.train({"--threads", "3", "--output", "b"})), one);
  EXPECT_EQ(last_line(desk.train({"--output", "c", "--set", "evaluation.every_steps=3"})), one);
  EXPECT_NE(last_line(desk.train({"--seed", "9"})), one);
  EXPECT_EQ(last_line(desk.train({"--output", "d"}, {"MURMUR_SEED=9"})),
            last_line(desk.train({"--seed", "9", "--output", "e"})));
}

TEST(Train, RunsItsResolvedConfigurationAgain) {
  const TrainingDesk desk;
  const Ran first = desk.train({"--output", "a", "--set", "schedule.warmup_steps=3"});
  const Ran again = desk.run({"train", "a/config.toml", "--output", "b"});
  EXPECT_EQ(last_line(again), last_line(first));
  EXPECT_EQ(read_text(desk.path("a/config.toml")), read_text(desk.path("b/config.toml")));
}

TEST(Train, ResumedEqualsNeverStopped) {
  const TrainingDesk desk;
  const Ran whole = desk.train({"--output", "whole"});
  const Ran part = desk.train({"--output", "part", "--steps-limit", "13"});
  EXPECT_EQ(part.code, 0) << part.err;
  EXPECT_EQ(summary_of(desk, "part")["steps"], 13);
  EXPECT_NE(last_line(part), last_line(whole));
  const Ran resumed = desk.train({"--output", "part", "--resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(last_line(resumed), last_line(whole));
  const std::vector<json> a = metrics_of(desk, "whole");
  const std::vector<json> b = metrics_of(desk, "part");
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(timeless(a[i]), timeless(b[i]));
  }
}

TEST(Train, ResumesOnlyItsOwnRun) {
  const TrainingDesk desk;
  EXPECT_EQ(desk.train({"--resume"}).code, 6);
  desk.train({"--output", "a", "--steps-limit", "5"});
  const Ran other = desk.train({"--output", "a", "--resume", "--set", "data.alpha=9"});
  EXPECT_EQ(other.code, 6);
  EXPECT_THAT(other.err, HasSubstr("data.alpha"));
  const Ran longer = desk.train({"--output", "a", "--resume", "--set", "schedule.epochs=5"});
  EXPECT_EQ(longer.code, 0) << longer.err;
  EXPECT_EQ(summary_of(desk, "a")["steps"], 40);
  std::filesystem::remove_all(desk.path("a/checkpoint"));
  EXPECT_EQ(desk.train({"--output", "a", "--resume", "--set", "schedule.epochs=6"}).code, 6);
}

TEST(Train, RefusesAFolderThatHoldsARunAndShowsItsOwn) {
  const TrainingDesk desk;
  const Ran first = desk.train({"--output", "a"});
  const std::string before = read_text(desk.path("a/metrics.jsonl"));
  const Ran shown = desk.train({"--output", "a"});
  EXPECT_EQ(shown.code, 0);
  EXPECT_EQ(shown.out, first.out);
  EXPECT_EQ(read_text(desk.path("a/metrics.jsonl")), before);
  const Ran refused = desk.train({"--output", "a", "--set", "algorithm.mu=0.5"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("algorithm.mu"));
}

TEST(Train, OfNoStepsShowsTheStart) {
  const TrainingDesk desk;
  const json summary = json::parse(desk.train({"--json", "--set", "schedule.steps=0"}).out);
  EXPECT_EQ(summary["steps"], 0);
  EXPECT_EQ(summary["final"]["consensus/distance"], 0);
  EXPECT_EQ(summary["final"]["eval/loss_averaged"], summary["final"]["eval/loss_local_mean"]);
}

TEST(Train, EndsWithFourWhereItDiverges) {
  const TrainingDesk desk;
  const Ran ran = desk.train({"--set", "algorithm.learning_rate=1e30"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_THAT(ran.err, HasSubstr("non-finite"));
  EXPECT_EQ(summary_of(desk, "runs/small-2")["status"], "diverged");
}

TEST(Train, EndsWithThreeWithoutItsData) {
  const TrainingDesk desk;
  const std::string images = desk.path("images/train-images-idx3-ubyte");
  const std::string bytes = read_text(images);
  desk.write("images/train-images-idx3-ubyte", bytes.substr(0, bytes.size() / 2));
  const Ran damaged = desk.train({});
  EXPECT_EQ(damaged.code, 3);
  EXPECT_THAT(damaged.err, HasSubstr("train-images"));
  std::filesystem::remove_all(desk.path("images"));
  EXPECT_EQ(desk.train({}).code, 3);
  EXPECT_FALSE(std::filesystem::exists(desk.path("runs")));
}

TEST(Train, TakesTheParentOfItsFolderFromTheEnvironment) {
  const TrainingDesk desk;
  EXPECT_EQ(desk.train({"--set", "schedule.steps=1"}, {"MURMUR_OUTPUT=out"}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(desk.path("out/small-2/summary.json")));
}

TEST(Train, WritesCsvTraceAndEventsOnRequest) {
  const TrainingDesk desk;
  const Ran ran = desk.train({"--output",
                              "a",
                              "--set",
                              "output.csv=true",
                              "--set",
                              "output.trace=true",
                              "--set",
                              "output.tensorboard=true"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(lines_of(read_text(desk.path("a/metrics.csv"))).size(), 5U);
  EXPECT_GE(json::parse(read_text(desk.path("a/trace.json"))).size(), 32U);
  bool events = false;
  for (const auto& entry : std::filesystem::directory_iterator(desk.path("a"))) {
    events |= entry.path().filename().string().rfind("events.out.tfevents.", 0) == 0;
  }
  EXPECT_TRUE(events);
}

TEST(Train, KeepsAsManyCheckpointsAsAskedFor) {
  const TrainingDesk desk;
  desk.train({"--output", "a", "--set", "checkpoint.every_steps=5", "--set", "checkpoint.keep=3"});
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(desk.path("a/checkpoint"))) {
    count += entry.is_directory() ? 1 : 0;
  }
  EXPECT_EQ(count, 3);
}

TEST(Train, SaysMoreOnRequest) {
  const TrainingDesk desk;
  const Ran ran = desk.train({"-v"});
  EXPECT_EQ(lines_of(ran.err).size(), 4U);
  EXPECT_THAT(ran.err, HasSubstr("step 32"));
}

}  // namespace
}  // namespace murmur::testing
