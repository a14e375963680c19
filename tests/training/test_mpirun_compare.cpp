// SPDX-License-Identifier: Apache-2.0
// A comparison whose runs are made by the processes of mpirun and mpiexec together.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/training/small_grid.h"
#include "tests/training/small_world.h"

namespace murmur::testing {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> comparing(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"compare", "grid.toml"});
  return arguments;
}

class MpiCompare : public ::testing::TestWithParam<Launcher> {
 protected:
  Ran world(int processes, const std::vector<std::string>& arguments = {}) const {
    return shell(desk_.path(""), world_words(GetParam(), processes, comparing(arguments)));
  }

  // All output of a comparison equals that of one process, except how far a diverged run got.
  void expect_same(const std::string& folder, const std::string& expected) const {
    for (const char* file : {"/comparison.csv", "/comparison.toml"}) {
      EXPECT_EQ(read_text(desk_.path(folder + file)), read_text(desk_.path(expected + file)));
    }
    const auto digests = desk_.digests(expected);
    EXPECT_EQ(desk_.digests(folder).size(), digests.size());
    for (const auto& [run, digest] : digests) {
      const nlohmann::json summary = desk_.summary(folder + "/runs/" + run);
      const nlohmann::json alone = desk_.summary(expected + "/runs/" + run);
      EXPECT_EQ(summary["status"], alone["status"]) << run;
      EXPECT_TRUE(summary["digest"] == digest || summary["status"] == "diverged") << run;
    }
  }

  CompareDesk desk_;
};

TEST_P(MpiCompare, TablesWhatOneProcessDoes) {
  const Ran one = desk_.compare({"--output", "one"});
  ASSERT_EQ(one.code, 0) << one.err;
  for (const int processes : {2, 4}) {
    const std::string folder = "of " + std::to_string(processes);
    const Ran ran = world(processes, {"--output", folder});
    ASSERT_EQ(ran.code, 0) << ran.err;
    const std::string table = one.out.substr(0, one.out.find("report:"));
    EXPECT_EQ(ran.out.substr(0, ran.out.find("report:")), table);
    expect_same(folder, "one");
  }
}

// Nothing of one run affects the next one: messages in flight, shared rows, or a run without shared
// memory after one with it.
TEST_P(MpiCompare, MakesOneRunAfterTheOtherOfEveryKind) {
  desk_.write("grid.toml", read_text(desk_.path("small.toml")) + R"(
[compare]
[[compare.method]]
label = "OSGP, too fast"
set = { "algorithm.name" = "osgp", "algorithm.learning_rate" = 1e30 }
[[compare.method]]
label = "OSGP"
set = { "algorithm.name" = "osgp", "algorithm.learning_rate" = 0.2, "algorithm.staleness" = 3 }
[[compare.method]]
label = "Local SGD"
set = { "algorithm.name" = "sgd", "outer.name" = "slowmo", "outer.period" = 4 }
[[compare.method]]
label = "AD-PSGD"
set = { "algorithm.name" = "ad-psgd" }
[compare.tune]
"processes.shared_memory" = [true, false]
)");
  ASSERT_EQ(desk_.compare({"--output", "one"}).code, 0);
  const Ran ran = world(3, {"--output", "three"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  expect_same("three", "one");
}

TEST_P(MpiCompare, SaysOnceWhatIsWrong) {
  const auto expect_refused = [&](const Ran& ran, int code, const std::string& words) {
    EXPECT_EQ(ran.code, code) << ran.err;
    EXPECT_EQ(ran.err.find(words), ran.err.rfind(words)) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(words));
  };
  expect_refused(world(3, {"--jobs", "2"}), 2, "--jobs 2 is for one process");
  expect_refused(world(5), 2, "5 processes for 4 workers");
  expect_refused(world(3, {"--resume"}), 6, "there is no comparison to --resume");
  expect_refused(world(3, {"--set", "algorithm.momentun=0.5"}), 2, "unknown key");
  expect_refused(world(3, {"--set", "data.folder=/nowhere"}), 3, "was not found");
  EXPECT_EQ(desk_.begun("runs/grid"), 0);
}

TEST_P(MpiCompare, GoesOnInAnyWorldWhereItWasInterrupted) {
  const std::vector<std::string> longer{"--set", "schedule.steps=600"};
  std::vector<std::string> one = longer;
  one.insert(one.end(), {"--output", "one"});
  ASSERT_EQ(desk_.compare(one).code, 0);
  {
    std::vector<std::string> verbose = comparing(longer);
    verbose.emplace_back("-v");
    StartedWorld grid(desk_, GetParam(), 3, verbose);
    ASSERT_TRUE(grid.wait_for_lines(2));
    while (desk_.begun("runs/grid") < 3 && grid.is_running()) {
    }
    const auto asked = grid.find(1);
    ASSERT_TRUE(asked);
    kill(*asked, SIGHUP);
    EXPECT_EQ(grid.end(), 129);
  }
  EXPECT_FALSE(std::filesystem::exists(desk_.path("runs/grid/comparison.json")));
  std::vector<std::string> resumed = longer;
  resumed.emplace_back("--resume");
  const Ran ran = world(2, resumed);
  ASSERT_EQ(ran.code, 0) << ran.err;
  expect_same("runs/grid", "one");
}

INSTANTIATE_TEST_SUITE_P(Launchers,
                         MpiCompare,
                         ::testing::ValuesIn(launchers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace murmur::testing
