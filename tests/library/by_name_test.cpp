// SPDX-License-Identifier: Apache-2.0
// A model, data and a partition by name: the digests and the metrics of `murmur train`.
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/run/config/config.h"
#include "murmur/run/train/train.h"
#include "tests/library/tasks.h"
#include "tests/support/npz.h"
#include "tests/support/temporary_folder.h"

namespace murmur::testing {
namespace {

using ::testing::HasSubstr;

// 3 classes of points with 5 coordinates.
std::string arrays() {
  const auto points = [](std::size_t count) {
    std::vector<float> x;
    for (std::size_t k = 0; k < 5 * count; ++k) {
      x.push_back(static_cast<float>((k * 37 % 19) + 9 * (k / 5 % 3 == k % 5 ? 1 : 0)) / 10);
    }
    return npy("<f4", "(" + std::to_string(count) + ", 5)", raw(x));
  };
  const auto labels = [](std::size_t count) {
    std::vector<std::int64_t> y;
    for (std::size_t k = 0; k < count; ++k) {
      y.push_back(static_cast<std::int64_t>(k % 3));
    }
    return npy("<i8", "(" + std::to_string(count) + ",)", raw(y));
  };
  return npz({{"train_x", points(90)},
              {"train_y", labels(90)},
              {"test_x", points(30)},
              {"test_y", labels(30)}});
}

class ByName : public ::testing::TestWithParam<const char*> {
 protected:
  ByName() {
    std::ofstream(file("arrays.npz"), std::ios::binary) << arrays();
    std::ofstream(file("mine.toml")) << "workers = 4\nthreads = 2\n"
                                     << "[data]\nname = \"arrays\"\nfile = \"" << file("arrays.npz")
                                     << "\"\npartition = \"dirichlet\"\nbatch_size = 8\n"
                                     << "[model]\nname = \"mlp\"\nhidden = [6]\n"
                                     << "[algorithm]\nname = \"qg-dsgdm-n\"\nlearning_rate = 0.1\n"
                                     << "[topology]\nname = \"ring\"\n"
                                     << "[schedule]\nepochs = 4\nwarmup_steps = 3\n"
                                     << "[checkpoint]\nevery_steps = 4\nkeep = 100\n"
                                     << GetParam();
  }
  std::string file(const std::string& name) const { return folder_.path() / name; }

 private:
  TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Library,
                         ByName,
                         ::testing::Values("",
                                           "[gradient]\naccumulate = 2\n",
                                           "[outer]\nname = \"slowmo\"\nperiod = 3\n",
                                           "[cluster]\nstep_s = 0.1\n"));

TEST_P(ByName, HasTheDigestAndTheScoresOfTheProgram) {
  const run::Config config = run::load_config(file("mine.toml"), run::Purpose::kTrain, {});
  const run::TrainOutcome trained = run::train(config, {.folder = file("run")});
  ASSERT_EQ(trained.code, ExitCode::kDone) << trained.message;
  const Options options = Options::read(file("mine.toml"));
  Simulation simulation(options);
  EXPECT_EQ(simulation.schedule(), trained.summary.steps);
  while (simulation.steps() < simulation.schedule()) {
    simulation.step();
  }
  EXPECT_EQ(simulation.digest(), trained.summary.digest);
  const auto metrics = simulation.evaluate();
  for (const auto& [name, value] : trained.summary.final) {
    if (name.starts_with("eval/") || name.starts_with("comm/") || name == "time/virtual_s") {
      EXPECT_EQ(metrics.at(name), value) << name;
    }
  }
  EXPECT_EQ(simulation.config(), run::to_toml(config));
  // A checkpoint of the program's run is one of the simulation.
  Simulation resumed(options);
  resumed.resume(file("run/checkpoint"));
  EXPECT_EQ(resumed.digest(), trained.summary.digest);
}

TEST_P(ByName, IsRecordedLikeARunOfTheProgram) {
  Simulation simulation(Options::read(file("mine.toml")));
  simulation.record(file("recorded"));
  simulation.step();
  simulation.evaluate();
  simulation.report();
  EXPECT_TRUE(std::ifstream(file("recorded/report.html")).good());
  Options options = Options::read(file("mine.toml"));
  options.set("data.file", file("nowhere.npz"));
  EXPECT_THAT(error_of([&] { Simulation{options}; }), HasSubstr("nowhere.npz"));
  Options nameless = four_workers();
  nameless.set("algorithm.learning_rate", 0.1);
  EXPECT_THAT(error_of([&] { Simulation{nameless}; }), HasSubstr("data"));
}

}  // namespace
}  // namespace murmur::testing
