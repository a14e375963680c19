// SPDX-License-Identifier: Apache-2.0
// train/loss is the mean over the gradients that were taken, each weighted by its number of
// examples. The rate is almost zero, so a gradient's loss depends on its examples alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;

std::vector<std::string> still(const std::string& folder, const std::vector<std::string>& sets) {
  std::vector<std::string> arguments{"--output", folder};
  for (const char* set : {"algorithm.learning_rate=1e-300",
                          "precision=double",
                          "data.partition=replicate",
                          "evaluation.every_steps=1"}) {
    arguments.insert(arguments.end(), {"--set", set});
  }
  for (const std::string& set : sets) {
    arguments.insert(arguments.end(), {"--set", set});
  }
  return arguments;
}

std::vector<double> losses_of(const Desk& desk, const std::string& folder) {
  std::vector<double> losses;
  for (const std::string& line : lines_of(read_text(desk.path(folder + "/metrics.jsonl")))) {
    losses.push_back(json::parse(line).at("train/loss"));
  }
  return losses;
}

// The loss of all 256 training examples at the start.
double loss_of_all(const TrainingDesk& desk) {
  const Ran ran =
      desk.train(still("all", {"algorithm.name=dsgd", "data.batch_size=256", "schedule.steps=1"}));
  EXPECT_EQ(ran.code, 0) << ran.err;
  return losses_of(desk, "all").at(0);
}

const std::vector<std::string> kUnequal{"algorithm.name=ad-psgd",
                                        "data.batch_size=256",
                                        "schedule.steps=6",
                                        "cluster.step_s=[0.1,0.1,0.1,4.0]"};

TEST(TrainingLoss, IsTheMeanOverTheGradientsTaken) {
  const TrainingDesk desk;
  const double expected = loss_of_all(desk);
  const Ran ran = desk.train(still("a", kUnequal));
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::vector<double> losses = losses_of(desk, "a");
  ASSERT_EQ(losses.size(), 6U);
  for (const double loss : losses) {
    EXPECT_NEAR(loss, expected, 1e-12);
  }
}

TEST(TrainingLoss, OfUnequalWorkersIsTheSameAfterAResume) {
  const TrainingDesk desk;
  std::vector<std::string> sets = kUnequal;
  sets.insert(
      sets.end(),
      {"data.batch_size=8", "evaluation.every_steps=3", "cluster.step_s=[0.1,0.1,0.1,0.25]"});
  ASSERT_EQ(desk.train(still("whole", sets)).code, 0);
  for (const std::string limit : {"1", "2", "4", "5"}) {
    std::vector<std::string> part = still("part " + limit, sets);
    part.insert(part.end(), {"--steps-limit", limit});
    ASSERT_EQ(desk.train(part).code, 0);
    part.resize(part.size() - 2);
    part.emplace_back("--resume");
    const Ran resumed = desk.train(part);
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_EQ(losses_of(desk, "part " + limit), losses_of(desk, "whole")) << limit;
  }
}

TEST(TrainingLoss, CountsAPartialBatchByItsExamples) {
  const TrainingDesk desk;
  const double expected = loss_of_all(desk);
  const Ran ran = desk.train(still("a",
                                   {"algorithm.name=dsgd",
                                    "data.batch_size=100",
                                    "data.drop_last=false",
                                    "schedule.steps=3",
                                    "evaluation.every_steps=3"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NEAR(losses_of(desk, "a").at(0), expected, 1e-12);
}

}  // namespace
}  // namespace murmur::testing
