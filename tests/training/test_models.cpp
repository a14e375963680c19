// SPDX-License-Identifier: Apache-2.0
// Models with buffers and dropout, as a user trains them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "murmur/files/safetensors.h"
#include "tests/training/residual_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

TEST(TrainModels, GiveTheSameBitsOnAnyNumberOfThreads) {
  const TrainingDesk desk;
  const Ran one = desk.train(residual({"--threads", "1", "--output", "one"}));
  ASSERT_EQ(one.code, 0) << one.err;
  const Ran two = desk.train(residual({"--threads", "2", "--output", "two"}));
  EXPECT_EQ(last_line(two), last_line(one));
  EXPECT_EQ(evaluations(desk, "one").size(), 2U);
  EXPECT_EQ(evaluations(desk, "two"), evaluations(desk, "one"));
}

// The digest is of the models alone; evaluations show that statistics are restored, too.
TEST(TrainModels, ResumeWithTheirBuffers) {
  const TrainingDesk desk;
  const Ran whole = desk.train(residual({"--output", "whole"}));
  ASSERT_EQ(whole.code, 0) << whole.err;
  ASSERT_EQ(desk.train(residual({"--output", "parts", "--steps-limit", "3"})).code, 0);
  const Ran rest = desk.train(residual({"--output", "parts", "--resume"}));
  EXPECT_EQ(last_line(rest), last_line(whole));
  EXPECT_EQ(evaluations(desk, "parts").back(), evaluations(desk, "whole").back());
  const auto reader =
      files::SafetensorsReader::open(desk.path("whole/checkpoint/step-4/workers-0-3.safetensors"));
  ASSERT_TRUE(reader);
  const auto* mean = reader.value().find("buffers/layer1.0.bn1.running_mean");
  ASSERT_NE(mean, nullptr);
  EXPECT_EQ(mean->shape, (std::vector<std::int64_t>{4, 16}));
  EXPECT_EQ(reader.value().find("buffers/bn1.num_batches_tracked"), nullptr);
}

// One model for all workers still has the statistics of each.
TEST(TrainModels, EvaluateEveryWorkersStatistics) {
  const TrainingDesk desk;
  const Ran ran = desk.train(residual({"--set",
                                       "algorithm={ name = \"allreduce-sgd\", "
                                       "learning_rate = 0.05 }",
                                       "--output",
                                       "reduced"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  for (const json& line : evaluations(desk, "reduced")) {
    EXPECT_NE(line[1], line[2]);
  }
}

// The mean over one worker of its statistics, and of its parameters, is its own.
TEST(TrainModels, EvaluateTheAverageWithTheMeanOfStatistics) {
  const TrainingDesk desk;
  const Ran ran = desk.train(residual({"--set",
                                       "workers=1",
                                       "--set",
                                       "topology.name=complete",
                                       "--set",
                                       "data.partition=iid",
                                       "--output",
                                       "alone"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  ASSERT_EQ(evaluations(desk, "alone").size(), 2U);
  for (const json& line : evaluations(desk, "alone")) {
    EXPECT_EQ(line[1], line[2]);
  }
}

TEST(TrainModels, DescribeThemselves) {
  const TrainingDesk desk;
  const Ran list = desk.run({"list", "models"});
  for (const char* words : {"cifar-resnet", "vgg11", "depth", "classifier", "dropout"}) {
    EXPECT_THAT(list.out, HasSubstr(words));
  }
  const Ran plan = desk.run({"plan",
                             "small.toml",
                             "--set",
                             "model={ name = \"cifar-resnet\", depth = 8 }",
                             "--set",
                             "threads=2",
                             "--json"});
  ASSERT_EQ(plan.code, 0) << plan.err;
  const json found = json::parse(plan.out);
  // One channel and four classes where the table of the contract has three and ten.
  EXPECT_EQ(found["parameters"], 78042 - 2 * 144 - 6 * 65);
  EXPECT_EQ(found["buffers"], 2 * (3 * 16 + 3 * 32 + 3 * 64));
  EXPECT_THAT(found["memory"]["fields"].dump(), HasSubstr("buffers"));
  EXPECT_GE(found["memory"]["modules_bytes"], 2 * 4 * (78042 - 2 * 144 - 10 * 65));
}

TEST(TrainModels, RefuseWhatDoesNotFit) {
  const TrainingDesk desk;
  const auto refusal = [&](const std::string& model) {
    const Ran ran = desk.train({"--set", "model={ " + model + " }", "--output", "none"});
    EXPECT_EQ(ran.code, 2) << model << ": " << ran.err;
    return ran.err;
  };
  EXPECT_THAT(refusal("name = \"cifar-resnet\", depth = 21"), HasSubstr("20 and 26"));
  EXPECT_THAT(refusal("name = \"cifar-resnet\", norm = \"group\", groups = 3"),
              HasSubstr("model.groups = 3 does not divide 16"));
  EXPECT_THAT(refusal("name = \"cifar-resnet\", norm = \"group\", statistics = \"local\""),
              HasSubstr("model.statistics is about norm = \"batch\""));
  EXPECT_THAT(refusal("name = \"cifar-resnet\", norm = \"layer\""), HasSubstr("evonorm-s0"));
  EXPECT_THAT(refusal("name = \"vgg11\""), HasSubstr("the smallest that it takes have 32 x 32"));
  EXPECT_THAT(refusal("name = \"mlp\", depth = 8"), HasSubstr("cifar-resnet"));
  EXPECT_THAT(refusal("name = \"mlp\", dropout = 0.5"), HasSubstr("vgg11"));
  EXPECT_EQ(desk.train({"--set", "model.dropout=0", "--output", "zero"}).code, 0);
  EXPECT_THAT(refusal("name = \"mlp\", compute = \"half\""), HasSubstr("bf16"));
  const Ran both = desk.train({"--set", "precision=double", "--set", "model.compute=bf16"});
  EXPECT_EQ(both.code, 2);
  EXPECT_THAT(both.err, HasSubstr("goes with precision = \"single\" alone"));
}

// The resolved configuration of every norm can be run again.
TEST(TrainModels, ResolveToFilesThatRun) {
  const TrainingDesk desk;
  for (const std::string norm : {"batch", "group", "evonorm-s0", "none"}) {
    const Ran first =
        desk.train(residual({"--set", "model.norm=\"" + norm + "\"", "--output", norm}));
    ASSERT_EQ(first.code, 0) << first.err;
    const Ran again = desk.run({"train", norm + "/config.toml", "--output", norm + "-again"});
    EXPECT_EQ(last_line(again), last_line(first)) << norm << ": " << again.err;
  }
}

}  // namespace
}  // namespace murmur::testing
