// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "murmur/run/config/schedule.h"

namespace murmur::run {
namespace {

ScheduleConfig of_epochs(double epochs) {
  ScheduleConfig config;
  config.length = {epochs, true};
  return config;
}

// The reference run of the quasi-global paper for 16 workers: 98 steps per epoch, 300 epochs, from
// 0.1 to 0.8 in five epochs, a tenth at 150 and 225.
ScheduleConfig published() {
  ScheduleConfig config = of_epochs(300);
  config.name = "step";
  config.warmup = Span{5, true};
  config.warmup_from = 0.1;
  config.decay_at = {{150, true}, {225, true}};
  return config;
}

TEST(Schedule, FollowsThePublishedRun) {
  const Schedule schedule(published(), 0.8, 98);
  EXPECT_EQ(schedule.steps(), 29400);
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.1);
  EXPECT_DOUBLE_EQ(schedule.rate(245), 0.1 + 0.7 * 245 / 490);
  EXPECT_DOUBLE_EQ(schedule.rate(490), 0.8);
  EXPECT_DOUBLE_EQ(schedule.rate(14699), 0.8);
  EXPECT_NEAR(schedule.rate(14700), 0.08, 1e-15);
  EXPECT_NEAR(schedule.rate(22049), 0.08, 1e-15);
  EXPECT_NEAR(schedule.rate(22050), 0.008, 1e-15);
}

TEST(Schedule, WarmsUpFromTheTargetOverItsLengthUnlessToldOtherwise) {
  ScheduleConfig config = of_epochs(10);
  config.warmup = Span{4, false};
  const Schedule schedule(config, 1.0, 10);
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.25);
  EXPECT_DOUBLE_EQ(schedule.rate(1), 0.25 + 0.75 / 4);
  EXPECT_DOUBLE_EQ(schedule.rate(3), 0.25 + 0.75 * 3 / 4);
  EXPECT_DOUBLE_EQ(schedule.rate(4), 1.0);
}

TEST(Schedule, OfAWarmUpShorterThanAStepIsTheTarget) {
  ScheduleConfig config = of_epochs(1);
  config.warmup = Span{0.01, true};
  EXPECT_DOUBLE_EQ(Schedule(config, 0.3, 10).rate(0), 0.3);
}

TEST(Schedule, FallsAlongACosineToItsMinimum) {
  ScheduleConfig config = of_epochs(1);
  config.name = "cosine";
  config.minimum = 0.1;
  config.warmup = Span{2, false};
  const Schedule schedule(config, 0.5, 10);
  EXPECT_DOUBLE_EQ(schedule.rate(2), 0.5);
  EXPECT_DOUBLE_EQ(schedule.rate(6), 0.1 + 0.4 * (1 + std::cos(std::numbers::pi / 2)) / 2);
  EXPECT_DOUBLE_EQ(schedule.rate(10), 0.1);
  EXPECT_DOUBLE_EQ(schedule.rate(1000), 0.1);
}

TEST(Schedule, FallsAsTheInverseRootFromTheWarmUp) {
  ScheduleConfig config = of_epochs(10);
  config.name = "inverse-sqrt";
  config.warmup = Span{4, false};
  const Schedule schedule(config, 1.0, 10);
  EXPECT_DOUBLE_EQ(schedule.rate(4), 1.0);
  EXPECT_DOUBLE_EQ(schedule.rate(16), 0.5);
  EXPECT_DOUBLE_EQ(schedule.rate(64), 0.25);
}

TEST(Schedule, StaysWhereItIsConstant) {
  const Schedule schedule(of_epochs(2), 0.2, 7);
  EXPECT_EQ(schedule.steps(), 14);
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.2);
  EXPECT_DOUBLE_EQ(schedule.rate(13), 0.2);
}

TEST(Schedule, DecaysAtStepsAsWellAsAtEpochs) {
  ScheduleConfig config = of_epochs(1);
  config.name = "step";
  config.decay_at = {{3, false}, {6, false}};
  config.decay_factor = 0.5;
  const Schedule schedule(config, 1.0, 10);
  EXPECT_DOUBLE_EQ(schedule.rate(2), 1.0);
  EXPECT_DOUBLE_EQ(schedule.rate(3), 0.5);
  EXPECT_DOUBLE_EQ(schedule.rate(6), 0.25);
}

TEST(Schedule, RoundsFractionsOfAnEpochToSteps) {
  EXPECT_EQ(steps_of({0.5, true}, 117), 59);
  EXPECT_EQ(steps_of({0.3, true}, 10), 3);
  EXPECT_EQ(steps_of({7, false}, 117), 7);
}

TEST(FallsOn, HoldsOnceForEveryRoundedMultiple) {
  int times = 0;
  for (int step = 1; step <= 117; ++step) {
    times += falls_on({0.25, true}, step, 117) ? 1 : 0;
  }
  EXPECT_EQ(times, 4);
  EXPECT_TRUE(falls_on({1, true}, 117, 117));
  EXPECT_FALSE(falls_on({1, true}, 116, 117));
  EXPECT_FALSE(falls_on({1, true}, 58, 117));
  EXPECT_TRUE(falls_on({30, false}, 60, 117));
  EXPECT_TRUE(falls_on({0.001, true}, 1, 117));
}

TEST(Scale, MultipliesByWorkersDegreeOrNumber) {
  EXPECT_EQ(scale_factor({}, 16, 2), 1);
  EXPECT_EQ(scale_factor({Scale::Kind::kWorkers, 1}, 16, 2), 16);
  EXPECT_EQ(scale_factor({Scale::Kind::kDegree, 1}, 16, 2), 3);
  EXPECT_EQ(scale_factor({Scale::Kind::kNumber, 2.5}, 16, 2), 2.5);
}

TEST(ListedRate, RepeatsTheLast) {
  const std::vector<double> rates{0.1, 0.2};
  EXPECT_EQ(listed_rate(rates, 0), 0.1);
  EXPECT_EQ(listed_rate(rates, 1), 0.2);
  EXPECT_EQ(listed_rate(rates, 100), 0.2);
}

}  // namespace
}  // namespace murmur::run
