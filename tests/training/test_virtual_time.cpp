// SPDX-License-Identifier: Apache-2.0
// Runs on a simulated cluster.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

json summary_of(const Desk& desk, const std::string& folder) {
  return json::parse(read_text(desk.path(folder + "/summary.json")));
}

// Step times are random, and a message of half a million parameters takes a sixth of a second.
const std::vector<std::string> kCluster{"--set",
                                        "cluster.step_s.distribution=lognormal",
                                        "--set",
                                        "cluster.step_s.mean=0.5",
                                        "--set",
                                        "cluster.step_s.std=0.1",
                                        "--set",
                                        "cluster.bandwidth_gbit=0.1",
                                        "--set",
                                        "cluster.parameters=500000"};

std::vector<std::string> on_the_cluster(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), kCluster.begin(), kCluster.end());
  return arguments;
}

TEST(VirtualTime, IsNoneWithoutACluster) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train({"--output", "a"}).code, 0);
  const json totals = summary_of(desk, "a")["totals"];
  EXPECT_EQ(totals["time/virtual_s"], 0);
  EXPECT_FALSE(totals.contains("time/virtual_step_s"));
}

TEST(VirtualTime, IsInEveryLineAndChangesNoModel) {
  const TrainingDesk desk;
  const Ran plain = desk.train({"--output", "plain"});
  const Ran timed = desk.train(
      {"--output", "timed", "--set", "cluster.step_s=0.5", "--set", "cluster.bandwidth_gbit=1e-3"});
  ASSERT_EQ(timed.code, 0) << timed.err;
  EXPECT_EQ(last_line(timed), last_line(plain));
  const json summary = summary_of(desk, "timed");
  // Two neighbors on the ring: two messages, one after the other.
  const double message = summary["parameters"].get<double>() * 4 * 8 / 1e6;
  const double step = 0.5 + 2 * message;
  EXPECT_NEAR(summary["totals"]["time/virtual_s"].get<double>(), 32 * step, 1e-9);
  EXPECT_NEAR(summary["totals"]["time/virtual_step_s"].get<double>(), step, 1e-9);
  const auto lines = lines_of(read_text(desk.path("timed/metrics.jsonl")));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_NEAR(json::parse(lines[1])["time/virtual_s"].get<double>(), 16 * step, 1e-9);
}

TEST(VirtualTime, GoesOnExactlyAfterAResume) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train(on_the_cluster({"--output", "whole"})).code, 0);
  ASSERT_EQ(desk.train(on_the_cluster({"--output", "part", "--steps-limit", "13"})).code, 0);
  const json part = summary_of(desk, "part");
  const json whole = summary_of(desk, "whole");
  EXPECT_LT(part["totals"]["time/virtual_s"], whole["totals"]["time/virtual_s"]);
  const Ran resumed = desk.train(on_the_cluster({"--output", "part", "--resume"}));
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(summary_of(desk, "part")["totals"]["time/virtual_s"],
            whole["totals"]["time/virtual_s"]);
  const Ran shown = desk.train(on_the_cluster({"--output", "part", "--resume"}));
  EXPECT_EQ(shown.code, 0) << shown.err;
  const Ran other = desk.train({"--output", "part", "--resume", "--set", "cluster.step_s=1"});
  EXPECT_EQ(other.code, 6);
  EXPECT_THAT(other.err, HasSubstr("cluster.step_s"));
}

TEST(VirtualTime, OfAnAsynchronousMethodDoesNotWaitForTheSlowest) {
  const TrainingDesk desk;
  const auto on = [&](const std::string& algorithm, const std::string& output) {
    const Ran ran = desk.train({"--output",
                                output,
                                "--set",
                                "algorithm.name=" + algorithm,
                                "--set",
                                "cluster.step_s=[1, 1, 1, 10]"});
    EXPECT_EQ(ran.code, 0) << ran.err;
    return summary_of(desk, output)["totals"]["time/virtual_s"].get<double>();
  };
  EXPECT_DOUBLE_EQ(on("dsgd", "waits"), 32 * 10);
  // Three workers take a gradient a second, one a tenth: 128 gradients at 3.1 a second.
  EXPECT_NEAR(on("ad-psgd", "goes on"), 128 / 3.1, 1.5);
}

TEST(VirtualTime, DecidesTheOrderOfEventsOfAnAsynchronousMethod) {
  const TrainingDesk desk;
  const auto digest = [&](const std::string& output, const std::string& step) {
    const Ran ran = desk.train(
        {"--output", output, "--set", "algorithm.name=ad-psgd", "--set", "cluster.step_s=" + step});
    EXPECT_EQ(ran.code, 0) << ran.err;
    return last_line(ran);
  };
  const std::string equal = digest("a", "1");
  EXPECT_EQ(digest("b", "2"), equal);
  EXPECT_NE(digest("c", "[1, 1, 1, 10]"), equal);
}

TEST(VirtualTime, OfAnAsynchronousMethodGoesOnWithoutAFailedWorker) {
  const TrainingDesk desk;
  const std::string gone = "cluster.fault=[{ at_s = 3.5, worker = 2, gone = true }]";
  const std::vector<std::string> arguments{
      "--set", "algorithm.name=ad-psgd", "--set", "cluster.step_s=1", "--set", gone};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), arguments.begin(), arguments.end());
    return desk.train(more);
  };
  const Ran whole = with({"--output", "whole"});
  ASSERT_EQ(whole.code, 0) << whole.err;
  // Three rounds of four gradients, then three a second for what is left of 128.
  const double time = summary_of(desk, "whole")["totals"]["time/virtual_s"].get<double>();
  EXPECT_DOUBLE_EQ(time, 3 + std::ceil((128 - 12) / 3.0));
  ASSERT_EQ(with({"--output", "part", "--steps-limit", "13"}).code, 0);
  const Ran resumed = with({"--output", "part", "--resume"});
  EXPECT_EQ(last_line(resumed), last_line(whole));
  EXPECT_EQ(summary_of(desk, "part")["totals"]["time/virtual_s"], time);
}

TEST(VirtualTime, EndsWhereAWorkerIsWaitedForForEver) {
  const TrainingDesk desk;
  const Ran ran = desk.train({"--set",
                              "cluster.step_s=1",
                              "--set",
                              "cluster.fault=[{ at_s = 3.5, worker = 2, gone = true }]"});
  EXPECT_EQ(ran.code, 5);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("step 3 never ends"),
                    HasSubstr("waits since 4 s"),
                    HasSubstr("worker 2, which is gone since 3.5 s")));
}

TEST(VirtualTime, IsComparedAndDrawn) {
  const TrainingDesk desk;
  desk.write("grid.toml", read_text(desk.path("small.toml")) + R"(
[cluster]
step_s = 0.5
bandwidth_gbit = 1e-3

[compare]
metric = "time/virtual_step_s"

[[compare.method]]
label = "quasi-global"
published = [0.6]

[[compare.method]]
label = "alone"
set = { "algorithm.name" = "sgd" }
)");
  const Ran ran = desk.run({"compare", "grid.toml", "--output", "grid", "-q"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("(0.6000)"), HasSubstr("0.5000 *")));
  const json comparison = json::parse(read_text(desk.path("grid/comparison.json")));
  EXPECT_EQ(comparison["lower_is_better"], true);
  const json race = comparison["time_to_accuracy"][0];
  ASSERT_EQ(race["methods"].size(), 2U);
  const json alone = race["methods"][1];
  EXPECT_NEAR(alone["virtual_s"].get<double>(), 0.5 * alone["steps"].get<double>(), 1e-9);
  const std::string page = read_text(desk.path("grid/report.html"));
  EXPECT_THAT(page,
              AllOf(HasSubstr("The same against virtual time"),
                    HasSubstr("Time to accuracy"),
                    HasSubstr("In brackets: published")));
  const std::string folder = comparison["cells"][0]["runs"][0]["folder"];
  EXPECT_THAT(read_text(desk.path("grid/" + folder + "/report.html")),
              HasSubstr("Accuracy against virtual time"));
}

}  // namespace
}  // namespace murmur::testing
