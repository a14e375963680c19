// SPDX-License-Identifier: Apache-2.0
// One vocabulary: members, keys and files.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <murmur/version.h>

#include "tests/library/tasks.h"
#include "tests/support/temporary_folder.h"

namespace murmur::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Options, OfAFileAreReadBehindMembersAndKeys) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "mine.toml";
  std::ofstream(file) << "workers = 8\nseed = 3\n[algorithm]\nname = \"dsgdm-n\"\nmomentum = 0.5\n"
                         "[topology]\nname = \"complete\"\n";
  Options options = Options::read(file);
  EXPECT_THAT(options.config(), HasSubstr("name = \"mine\""));
  EXPECT_THAT(options.config(), HasSubstr("momentum = 0.5"));
  options.workers = 4;
  options.algorithm = "qg-dsgdm-n";
  options.set("topology.name", "ring").set("topology.weighting", "metropolis").set("threads", 2);
  options.set("algorithm.mu", 0.75).set("algorithm.weight_decay", 0);
  const std::string config = options.config();
  for (const char* line : {"workers = 4",
                           "seed = 3",
                           "threads = 2",
                           "name = \"qg-dsgdm-n\"",
                           "mu = 0.75",
                           "name = \"ring\"",
                           "weighting = \"metropolis\""}) {
    EXPECT_THAT(config, HasSubstr(line));
  }
  EXPECT_EQ(Simulation(counting_task<float>(), options).config(), [&] {
    Options again;
    again.text = config;
    return again.config();
  }());
}

TEST(Options, AreQuasiGlobalMomentumOnARingUnlessTheySayOtherwise) {
  const std::string config = four_workers().config();
  EXPECT_THAT(config, HasSubstr("name = \"qg-dsgdm-n\""));
  EXPECT_THAT(config, HasSubstr("name = \"ring\""));
  const Simulation simulation(counting_task<float>(), four_workers());
  EXPECT_THAT(simulation.warnings(), IsEmpty());
}

TEST(Options, WithASettingWithoutEffectAreWarnedOf) {
  Options options{.workers = 4, .algorithm = "sgd"};
  options.set("topology.name", "ring");
  EXPECT_FALSE(Simulation(counting_task<float>(), options).warnings().empty());
}

TEST(Options, SayTheRateOfEveryStep) {
  Options options = four_workers();
  options.set("algorithm.learning_rate", 0.5).set("schedule.steps", 10);
  options.set("schedule.warmup_steps", 2).set("schedule.name", "cosine");
  Simulation simulation(counting_task<float>(), options);
  EXPECT_EQ(simulation.schedule(), 10);
  EXPECT_EQ(simulation.rate(), 0.25);
  simulation.step();
  simulation.step();
  EXPECT_EQ(simulation.rate(), 0.5);
}

TEST(Version, IsThatOfTheHeaders) {
  EXPECT_EQ(version(),
            std::to_string(kVersionMajor) + "." + std::to_string(kVersionMinor) + "." +
                std::to_string(kVersionPatch));
}

}  // namespace
}  // namespace murmur::testing
