// SPDX-License-Identifier: Apache-2.0
// What the relatives of the two papers' methods and their graphs refuse and warn of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/run/warnings/warnings.h"
#include "murmur/run/wiring/wiring.h"
#include "tests/run/config_text.h"

namespace murmur::run {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Texts = std::vector<std::string>;

Texts set_for(const std::string& algorithm, const Texts& more) {
  Texts all{"algorithm.name=" + algorithm, "algorithm.learning_rate=0.1"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// Why reading, or wiring, refuses it; "" if nothing does.
std::string refused(const std::string& algorithm, const Texts& more) {
  try {
    const Config config = read(kSolveText, Purpose::kSolve, set_for(algorithm, more));
    const auto program = make_program<double>(config, false, 1);
    require_usable_graph(config, *make_graph(config), program);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

Texts warned(const std::string& algorithm, const Texts& more) {
  const Config config = read(kSolveText, Purpose::kSolve, set_for(algorithm, more));
  const auto program = make_program<double>(config, false, 1);
  return texts_of(warnings_of(config, program, make_graph(config), {.steps = config.steps}));
}

TEST(Relatives, RefuseGraphsOfAKindThatTheyCannotHave) {
  for (const char* name : {"gut", "qg-gutm", "relay-sgd", "relay-adam", "beer", "lead"}) {
    EXPECT_THAT(refused(name, {"topology.name=random-matching"}),
                AllOf(HasSubstr("topology.name"), HasSubstr("changes from step to step")))
        << name;
  }
  for (const char* name : {"gut", "relay-sgd", "edm", "led", "decentlam", "lead"}) {
    EXPECT_THAT(refused(name, {"topology.name=exponential"}),
                AllOf(HasSubstr("topology.name"), HasSubstr("undirected")))
        << name;
  }
  for (const char* name : {"relay-sgd", "gut", "qg-gutm", "k-gt", "led"}) {
    EXPECT_THAT(refused(name, {"topology.period=3"}),
                AllOf(HasSubstr("topology.period = 3"), HasSubstr("Allowed: 1")))
        << name;
  }
  EXPECT_EQ(refused("momentum-tracking", {"topology.name=random-matching"}), "");
  EXPECT_EQ(refused("beer", {"topology.period=3"}), "");
}

TEST(Relatives, RefuseOptionsThatDoNotGoTogether) {
  EXPECT_THAT(refused("relay-sgd", {"algorithm.relay=updates", "algorithm.normalization=own"}),
              AllOf(HasSubstr("algorithm.normalization"), HasSubstr("updates")));
  const Config updates =
      read(kSolveText, Purpose::kSolve, set_for("relay-sgd", {"algorithm.relay=updates"}));
  EXPECT_EQ(to_toml(read(to_toml(updates), Purpose::kSolve)), to_toml(updates));
  EXPECT_THAT(refused("relay-sgd", {"algorithm.root=4"}), HasSubstr("algorithm.root = 4"));
  EXPECT_THAT(refused("dsgd-ceca", {"algorithm.ports=1", "workers=5"}),
              AllOf(HasSubstr("algorithm.ports = 1"), HasSubstr("even")));
  EXPECT_THAT(refused("dsgd-ceca", {"algorithm.ports=3"}), HasSubstr("1 or 2"));
  EXPECT_THAT(refused("beer", {"algorithm.momentum=0.5"}), HasSubstr("momentum"));
  EXPECT_EQ(refused("dsgd-ceca", {"algorithm.ports=1"}), "");
}

TEST(Relatives, RefuseOuterStepsWhoseModelsWouldReplaceTheirOwn) {
  for (const char* name : {"relay-sgd",
                           "gut",
                           "edm",
                           "k-gt",
                           "led",
                           "beer",
                           "lead",
                           "ef-sgd",
                           "signum",
                           "dsgd-ceca",
                           "choco-sgd"}) {
    EXPECT_THAT(refused(name, {"outer.name=average", "outer.period=2"}), HasSubstr("outer.name"))
        << name;
  }
  for (const char* name : {"qhm", "qhadam", "decentlam", "momentum-tracking", "ngc"}) {
    EXPECT_EQ(refused(name, {"outer.name=average", "outer.period=2"}), "") << name;
  }
  EXPECT_EQ(refused("signum", {"algorithm.vote=false", "outer.name=average", "outer.period=2"}),
            "");
}

TEST(Relatives, WarnOfGraphsOnWhichTheyAreNotSafe) {
  for (const char* name : {"decentlam", "edm", "led"}) {
    EXPECT_THAT(warned(name, {"topology.name=random-matching", "topology.lazy=true"}),
                Contains(HasSubstr("changes from step to step")))
        << name;
  }
  EXPECT_THAT(warned("edm", {"topology.name=ring"}), Contains(HasSubstr("-1/3")));
  EXPECT_THAT(warned("relay-sgd", {"topology.name=ring", "algorithm.root=2"}),
              Contains(AllOf(HasSubstr("no tree"), HasSubstr("worker 2"))));
  EXPECT_THAT(warned("relay-sgd", {"topology.name=binary-tree"}), Not(Contains(HasSubstr("tree"))));
}

TEST(Matcha, TakesTheOptionsOfItsGraph) {
  const Texts torus{"topology.name=matcha", "topology.graph=torus", "topology.rows=2"};
  EXPECT_EQ(refused("dsgd", torus), "");
  const Config config = read(kSolveText, Purpose::kSolve, set_for("dsgd", torus));
  EXPECT_EQ(to_toml(read(to_toml(config), Purpose::kSolve)), to_toml(config));
  EXPECT_THAT(refused("dsgd", {"topology.name=matcha"}), HasSubstr("graph"));
  EXPECT_THAT(refused("dsgd", {"topology.name=matcha", "topology.graph=exponential"}),
              HasSubstr("topology.graph"));
  EXPECT_THAT(refused("dsgd", {"topology.name=matcha", "topology.graph=ring", "topology.rows=2"}),
              HasSubstr("rows"));
}

TEST(EquiStatic, TakesANumberOfShiftsOrAList) {
  for (const char* shifts : {"topology.shifts=3", "topology.shifts=[1, 3, 1]"}) {
    const Config config =
        read(kSolveText, Purpose::kSolve, set_for("dsgd", {"topology.name=equi-static", shifts}));
    EXPECT_EQ(config.topology.choice.options.integers("shifts").size(), 3U) << shifts;
    EXPECT_EQ(to_toml(read(to_toml(config), Purpose::kSolve)), to_toml(config)) << shifts;
  }
  EXPECT_THAT(refused("dsgd", {"topology.name=equi-static", "topology.shifts=[9]"}),
              HasSubstr("shifts"));
}

}  // namespace
}  // namespace murmur::run
