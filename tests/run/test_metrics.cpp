// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <limits>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "murmur/run/records/metrics.h"
#include "tests/support/temporary_folder.h"

namespace murmur::run {
namespace {

MetricsLine line(std::int64_t step, double accuracy, double loss) {
  return {.step = step,
          .epoch = static_cast<double>(step) / 10,
          .wall_s = 1,
          .values = {{"eval/accuracy_local_mean", accuracy}, {"eval/loss_averaged", loss}}};
}

class Log : public ::testing::Test {
 protected:
  MetricsLog open(std::int64_t last_step) {
    auto log = MetricsLog::open(file(), last_step);
    return std::move(log).value();
  }
  std::filesystem::path file() const { return folder_.path() / "metrics.jsonl"; }
  std::string text() const {
    std::ostringstream all;
    all << std::ifstream(file()).rdbuf();
    return all.str();
  }
  murmur::testing::TemporaryFolder folder_;
};

TEST_F(Log, HoldsOneObjectPerLine) {
  MetricsLog log = open(-1);
  ASSERT_TRUE(log.append(line(10, 0.5, 2)));
  ASSERT_TRUE(log.append(line(20, 0.75, std::numeric_limits<double>::infinity())));
  std::istringstream lines(text());
  std::string one;
  std::getline(lines, one);
  const auto first = nlohmann::json::parse(one);
  EXPECT_EQ(first["schema"], 1);
  EXPECT_EQ(first["step"], 10);
  EXPECT_EQ(first["epoch"], 1.0);
  EXPECT_EQ(first["eval/accuracy_local_mean"], 0.5);
  std::getline(lines, one);
  EXPECT_TRUE(nlohmann::json::parse(one)["eval/loss_averaged"].is_null());
}

TEST_F(Log, IsCutBackToTheCheckpointOnResume) {
  {
    MetricsLog log = open(-1);
    for (const std::int64_t step : {10, 20, 30}) {
      ASSERT_TRUE(log.append(line(step, 0.5, 2)));
    }
  }
  const std::string before = text();
  MetricsLog log = open(20);
  EXPECT_EQ(log.lines().size(), 2U);
  ASSERT_TRUE(log.append(line(30, 0.5, 2)));
  EXPECT_EQ(text(), before);
}

TEST_F(Log, PassesOverALineThatWasTornByTheEnd) {
  { std::ofstream(file()) << to_json_line(line(10, 0.5, 2)) << "\n{\"schema\": 1, \"st"; }
  EXPECT_EQ(open(10).lines().size(), 1U);
}

TEST_F(Log, RefusesADamagedLineInTheMiddle) {
  { std::ofstream(file()) << "{\"schema\": 1, \"st\n" << to_json_line(line(10, 0.5, 2)) << "\n"; }
  const auto read = read_metrics(file());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.failure().kind, FailureKind::kDamaged);
}

TEST_F(Log, KnowsTheBestOfEachScoreAndTheFirstOfEquals) {
  MetricsLog log = open(-1);
  ASSERT_TRUE(log.append(line(10, 0.5, 2)));
  ASSERT_TRUE(log.append(line(20, 0.75, 1)));
  ASSERT_TRUE(log.append(line(30, 0.75, 3)));
  const auto best = log.best();
  EXPECT_EQ(best.at("eval/accuracy_local_mean").value, 0.75);
  EXPECT_EQ(best.at("eval/accuracy_local_mean").step, 20);
  EXPECT_EQ(best.at("eval/loss_averaged").value, 1);
  EXPECT_EQ(best.at("eval/loss_averaged").step, 20);
}

TEST(MetricsCsv, HasAColumnForEveryNameThatOccurs) {
  MetricsLine other{.step = 5, .epoch = 0.5, .wall_s = 2, .values = {{"train/loss", 1.5}}};
  EXPECT_EQ(to_csv({line(1, 0.5, 2), other}),
            "step,epoch,wall_s,eval/accuracy_local_mean,eval/loss_averaged,train/loss\n"
            "1,0.1,1,0.5,2,\n"
            "5,0.5,2,,,1.5\n");
}

TEST(LowerIsBetter, HoldsForLossDistanceBytesAndTime) {
  for (const char* name : {"eval/loss_averaged",
                           "train/loss",
                           "consensus/distance",
                           "comm/bytes_sent",
                           "time/wall_s",
                           "eval/accuracy_local_std"}) {
    EXPECT_TRUE(lower_is_better(name)) << name;
  }
  EXPECT_FALSE(lower_is_better("eval/accuracy_local_mean"));
  EXPECT_FALSE(lower_is_better("eval/accuracy_averaged"));
}

TEST(Summary, ReadsBackAsItWasWritten) {
  const murmur::testing::TemporaryFolder folder;
  Summary summary{.name = "a",
                  .status = "finished",
                  .workers = 16,
                  .steps = 585,
                  .parameters = 101770,
                  .final = {{"eval/accuracy_local_mean", 0.865}},
                  .best = {{"eval/accuracy_local_mean", {0.866, 468}}},
                  .totals = {{"comm/bytes_sent", 12}},
                  .peak_memory_bytes = 7,
                  .digest = "0123456789abcdef",
                  .config_digest = "fedcba9876543210",
                  .versions = {{"murmur", "0"}}};
  { std::ofstream(folder.path() / "summary.json") << to_json(summary).dump(); }
  const auto again = read_summary(folder.path());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(to_json(*again), to_json(summary));
  EXPECT_FALSE(read_summary(folder.path() / "nowhere").has_value());
}

}  // namespace
}  // namespace murmur::run
