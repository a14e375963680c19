// SPDX-License-Identifier: Apache-2.0
// Evaluations, and the folder that a simulation leaves.
#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "murmur/files/atomic_file.h"
#include "murmur/run/records/metrics.h"
#include "murmur/run/records/summary.h"
#include "tests/library/tasks.h"
#include "tests/support/temporary_folder.h"

namespace murmur::testing {
namespace {

using ::testing::HasSubstr;

Options recorded() {
  Options options = four_workers();
  options.set("name", "mine").set("cluster.step_s", 0.25);
  return options;
}

TEST(Evaluation, HasTheMeanOfEverySumOfLocalAndAveragedModels) {
  Simulation simulation(counting_task<float>(), four_workers());
  const auto before = simulation.evaluate();
  EXPECT_DOUBLE_EQ(before.at("eval/weight_averaged"), 1.0 / 3);
  EXPECT_EQ(before.count("train/loss"), 0U);
  const auto losses = simulation.step(0.1);
  double mean = 0;
  for (const double loss : losses) {
    mean += loss / 4;
  }
  simulation.step(0.1);
  const auto after = simulation.evaluate();
  double sum = 0;
  double local = 0;
  for (int worker = 0; worker < 4; ++worker) {
    double own = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      sum += static_cast<double>(simulation.average_model()[k]);
      own += static_cast<double>(simulation.row(worker)[k]);
    }
    local += own / 3;
    EXPECT_EQ(simulation.buffers(worker)[0], 2);  // two passes
  }
  EXPECT_NEAR(after.at("eval/weight_averaged"), sum / 4 / 3, 1e-6);
  EXPECT_NEAR(after.at("eval/weight_local_mean"), local / 4, 1e-6);
  EXPECT_EQ(after.at("eval/passes_averaged"), 2);
  EXPECT_EQ(after.at("consensus/distance"), simulation.consensus_distance());
  EXPECT_GT(after.at("comm/bytes_sent"), 0);
  EXPECT_GT(after.at("train/loss"), 0);
  EXPECT_NE(after.at("train/loss"), mean);  // of both steps
}

TEST(Record, IsTheFolderOfARun) {
  const TemporaryFolder folder;
  const std::string place = folder.path() / "run";
  Simulation simulation(counting_task<float>(), recorded());
  simulation.record(place);
  for (int step = 0; step < 4; ++step) {
    simulation.evaluate();
    simulation.step(0.1);
  }
  simulation.evaluate();
  simulation.report();
  const auto lines = run::read_metrics(folder.path() / "run/metrics.jsonl");
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines.value().size(), 5U);
  EXPECT_EQ(lines.value().back().step, 4);
  EXPECT_DOUBLE_EQ(lines.value().back().values.at("time/virtual_s"),
                   simulation.evaluate().at("time/virtual_s"));
  EXPECT_GE(lines.value().back().values.at("time/virtual_s"), 1.0);
  const auto summary = run::read_summary(folder.path() / "run");
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->digest, simulation.digest());
  EXPECT_EQ(summary->status, "finished");
  const auto page = files::read_file(folder.path() / "run/report.html", 1U << 20U);
  ASSERT_TRUE(page);
  EXPECT_THAT(page.value(), HasSubstr("mine"));
  const auto config = files::read_file(folder.path() / "run/config.toml", 1U << 20U);
  ASSERT_TRUE(config);
  EXPECT_EQ(config.value(), simulation.config());
}

TEST(Record, GoesOnAfterResume) {
  const TemporaryFolder folder;
  const std::string place = folder.path() / "run";
  const std::string checkpoints = folder.path() / "run/checkpoint";
  double loss = 0;
  {
    Simulation simulation(counting_task<float>(), recorded());
    simulation.record(place);
    simulation.step(0.1);
    simulation.evaluate();
    simulation.step(0.1);
    simulation.save(checkpoints);
    simulation.step(0.1);
    loss = simulation.evaluate().at("train/loss");
  }
  Simulation resumed(counting_task<float>(), recorded());
  EXPECT_THAT(error_of([&] { resumed.record(place); }), HasSubstr(place));
  resumed.resume(checkpoints);
  resumed.record(place);
  resumed.step(0.1);
  EXPECT_EQ(resumed.evaluate().at("train/loss"), loss);
  const auto lines = run::read_metrics(folder.path() / "run/metrics.jsonl");
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines.value().size(), 2U);
  EXPECT_EQ(lines.value().back().step, 3);
}

TEST(Record, HasOneOwnerAtATime) {
  const TemporaryFolder folder;
  Simulation one(counting_task<float>(), recorded());
  one.record(folder.path() / "run");
  Simulation two(counting_task<float>(), recorded());
  EXPECT_NE(error_of([&] { two.record(folder.path() / "run"); }), "");
}

// Memory in use, not that of the process: a sanitizer keeps what was given back.
TEST(Simulations, ComeAndGoWithoutATrace) {
  const auto make = [](int count) {
    for (int k = 0; k < count; ++k) {
      Simulation simulation(counting_task<float>(), {.workers = 2, .threads = 1});
      simulation.step(0.1);
      simulation.evaluate();
    }
  };
  make(1000);
  const auto before = mallinfo2().uordblks;
  make(9000);
  EXPECT_LT(mallinfo2().uordblks, before + 9000);  // less than a byte of each
}

}  // namespace
}  // namespace murmur::testing
