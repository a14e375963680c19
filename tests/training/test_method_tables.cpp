// SPDX-License-Identifier: Apache-2.0
// [gradient], [[algorithm.group]] and [participation] from a file to a result.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/method_settings.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

json summary_of(const Desk& desk, const std::string& folder) {
  return json::parse(read_text(desk.path(folder + "/summary.json")));
}

class MethodTables : public ::testing::TestWithParam<Settings> {};

INSTANTIATE_TEST_SUITE_P(Settings, MethodTables, ::testing::Values(kRounds, kMixing));

TEST_P(MethodTables, GiveTheSameResultOnThreadsAndAfterAnInterruption) {
  const TrainingDesk desk;
  const Ran one = desk.train(flags(GetParam(), "one"));
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(last_line(one), StartsWith("digest "));
  Settings threads = flags(GetParam(), "threads");
  threads.insert(threads.end(), {"--threads", "2"});
  EXPECT_EQ(last_line(desk.train(threads)), last_line(one));
  Settings stopped = flags(GetParam(), "stopped");
  stopped.insert(stopped.end(), {"--steps-limit", "7"});
  ASSERT_EQ(desk.train(stopped).code, 0);
  Settings resumed = flags(GetParam(), "stopped");
  resumed.push_back("--resume");
  EXPECT_EQ(last_line(desk.train(resumed)), last_line(one));
  const Ran again = desk.run({"train", "one/config.toml", "--output", "again"});
  EXPECT_EQ(last_line(again), last_line(one)) << again.err;
}

// 64 examples of each worker: 16 batches of 4 in steps of 4 are 4 batches of 16.
TEST(Accumulation, IsALargerBatch) {
  const TrainingDesk desk;
  const Settings large{"data.batch_size=16", "precision=double"};
  Settings small{"data.batch_size=4", "gradient.accumulate=4", "precision=double"};
  ASSERT_EQ(desk.train(flags(large, "large")).code, 0);
  ASSERT_EQ(desk.train(flags(small, "small")).code, 0);
  const json one = summary_of(desk, "large");
  const json other = summary_of(desk, "small");
  EXPECT_EQ(one["steps"], 16);
  EXPECT_EQ(other["steps"], 16);
  EXPECT_NEAR(one["final"]["train/loss"], other["final"]["train/loss"], 1e-9);
  EXPECT_NEAR(one["final"]["eval/loss_averaged"], other["final"]["eval/loss_averaged"], 1e-9);
}

// 8 batches: 2 steps of 3 and, kept, one of 2.
TEST(Accumulation, HasFewerStepsInAnEpoch) {
  const TrainingDesk desk;
  for (const auto& [drop_last, steps] : {std::pair{"true", 8}, std::pair{"false", 12}}) {
    const Ran ran = desk.train(
        flags({"gradient.accumulate=3", std::string("data.drop_last=") + drop_last}, drop_last));
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(summary_of(desk, drop_last)["steps"], steps);
  }
  const Ran ran = desk.train(flags({"gradient.accumulate=9"}, "none"));
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("64 training examples"),
                    HasSubstr("gradient.accumulate = 9 batches of data.batch_size = 8")));
}

TEST(Groups, ThatMatchNothingAreRefused) {
  const TrainingDesk desk;
  const Ran ran = desk.train(flags({"algorithm.group=[{match='conv*'}]"}, "none"));
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("algorithm.group.match = \"conv*\" matches no tensor"),
                    HasSubstr(".weight")));
  EXPECT_FALSE(std::filesystem::exists(desk.path("none")));
}

TEST(Groups, OfARateOfZeroKeepTheirTensors) {
  const TrainingDesk desk;
  const Ran frozen =
      desk.train(flags({"algorithm.group=[{match='*', rate=0}]", "data.partition=iid"}, "frozen"));
  ASSERT_EQ(frozen.code, 0) << frozen.err;
  const Ran still = desk.train(flags({"data.partition=iid", "schedule.steps=0"}, "still"));
  ASSERT_EQ(still.code, 0) << still.err;
  EXPECT_EQ(last_line(frozen), last_line(still));
}

TEST(FedAvg, LearnsAndCountsWhatTheDrawnWorkersSend) {
  const TrainingDesk desk;
  const Ran ran = desk.train(flags({"algorithm.name=sgd",
                                    "outer.name=average",
                                    "outer.period=4",
                                    "participation.share=0.5",
                                    "data.partition=iid",
                                    "schedule.epochs=20"},
                                   "fedavg"));
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json summary = summary_of(desk, "fedavg");
  const std::int64_t model = (64 * 8 + 8 + 8 * 4 + 4) * 4;
  EXPECT_EQ(summary["totals"]["comm/bytes_sent"], 160 / 4 * 2 * 2 * model);
  EXPECT_EQ(summary["totals"]["comm/messages"], 160 / 4 * 2 * 2);
  EXPECT_GT(summary["final"]["eval/accuracy_averaged"], 0.9);
}

}  // namespace
}  // namespace murmur::testing
