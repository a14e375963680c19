// SPDX-License-Identifier: Apache-2.0
// murmur compare and murmur report as a user runs them, on grids that take a second.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_grid.h"
#include "tests/training/started.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

json cell(const json& comparison, const std::string& method, const std::string& setting) {
  for (const json& one : comparison["cells"]) {
    if (one["method"] == method && one["setting"] == setting) {
      return one;
    }
  }
  ADD_FAILURE() << method << ", " << setting;
  return {};
}

TEST(Compare, TablesTheMeanOfItsRunsAndWritesThem) {
  const CompareDesk desk;
  const Ran ran = desk.compare({"--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json comparison = json::parse(ran.out);
  EXPECT_EQ(comparison, json::parse(read_text(desk.path("runs/grid/comparison.json"))));
  const json one = cell(comparison, "QG", "uneven");
  double sum = 0;
  for (const json& run : one["runs"]) {
    const json summary = desk.summary("runs/grid/" + run["folder"].get<std::string>());
    EXPECT_EQ(summary["final"]["eval/accuracy_local_mean"], run["value"]);
    sum += run["value"].get<double>();
  }
  EXPECT_DOUBLE_EQ(one["mean"], sum / 2);
  EXPECT_EQ(desk.runs("runs/grid").size(), 12U);
  EXPECT_EQ(lines_of(read_text(desk.path("runs/grid/comparison.csv"))).size(), 7U);
  EXPECT_THAT(read_text(desk.path("runs/grid/report.html")), HasSubstr("too fast"));
  for (const auto& [run, time] : desk.runs("runs/grid")) {
    EXPECT_FALSE(std::filesystem::exists(desk.path("runs/grid/runs/" + run + "/checkpoint")))
        << run;
  }
}

TEST(Compare, ShowsDivergedRunsAndEndsWithZero) {
  const CompareDesk desk;
  const Ran ran = desk.compare();
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("diverged"));
  EXPECT_THAT(ran.out, HasSubstr(" *"));
  EXPECT_THAT(ran.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(read_text(desk.path("runs/grid/report.html")), HasSubstr("class=\"lost\">diverged"));
}

TEST(Compare, DoesNotRepeatFinishedRunsAndAddsTheMissing) {
  const CompareDesk desk;
  ASSERT_EQ(desk.compare({"--seed", "1"}).code, 0);
  const auto first = desk.runs("runs/grid");
  EXPECT_EQ(first.size(), 6U);
  const Ran again = desk.compare({"--seed", "1"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(desk.runs("runs/grid"), first);
  ASSERT_EQ(desk.compare().code, 0);
  auto all = desk.runs("runs/grid");
  EXPECT_EQ(all.size(), 12U);
  for (const auto& [run, time] : first) {
    EXPECT_EQ(all[run], time) << run;
  }
}

TEST(Compare, SaysTheSameHoweverManyRunAtATime) {
  const CompareDesk desk;
  const Ran one = desk.compare({"--output", "one"});
  const Ran three = desk.compare({"--output", "three", "--jobs", "3", "--threads", "3"});
  ASSERT_EQ(three.code, 0) << three.err;
  EXPECT_EQ(read_text(desk.path("one/comparison.csv")),
            read_text(desk.path("three/comparison.csv")));
  EXPECT_EQ(desk.digests("one"), desk.digests("three"));
}

TEST(Compare, TunesEveryCellOnTheFirstSeed) {
  const CompareDesk desk(std::string(kGrid) + R"([compare.tune]
"algorithm.learning_rate" = [1e-6, 0.1, 1e30]
)");
  const Ran ran = desk.compare();
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Tuned on seed 1:"));
  const json comparison = json::parse(read_text(desk.path("runs/grid/comparison.json")));
  for (const json& one : comparison["cells"]) {
    EXPECT_EQ(one["tuned"]["algorithm.learning_rate"], "0.1");
    EXPECT_EQ(one["trials"].size(), 3U);
    EXPECT_EQ(one["trials"][1]["value"], one["runs"][0]["value"]);
    EXPECT_TRUE(one["trials"][2]["value"].is_null());
  }
}

// Without a step all rates are equally good.
TEST(Compare, TunesToTheFirstOfEqualValuesOfAProductOfLists) {
  const CompareDesk desk(std::string(kGrid) + R"([compare.tune]
"algorithm.learning_rate" = [0.2, 0.1]
"algorithm.weight_decay" = [0.0, 0.1]
)");
  const Ran ran = desk.compare({"--json", "--set", "schedule.steps=0"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json comparison = json::parse(ran.out);
  ASSERT_EQ(comparison["cells"].size(), 6U);
  for (const json& one : comparison["cells"]) {
    EXPECT_EQ(one["trials"].size(), 4U);
    EXPECT_EQ(one["tuned"]["algorithm.learning_rate"], "0.2");
    EXPECT_EQ(one["tuned"]["algorithm.weight_decay"], "0.0");
    EXPECT_EQ(one["runs"].size(), 2U);
  }
}

// With so strong a decay the models return to the point where all classes are equally likely.
TEST(Compare, ShowsTheBestEvaluationWhereAsked) {
  const CompareDesk desk;
  const Ran ran = desk.compare({"--json",
                                "--set",
                                "compare.best=true",
                                "--set",
                                "compare.metric=eval/loss_averaged",
                                "--set",
                                "algorithm.weight_decay=3.0"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json comparison = json::parse(ran.out);
  EXPECT_TRUE(comparison["lower_is_better"].get<bool>());
  const json run = cell(comparison, "QG", "uneven")["runs"][0];
  const json summary = desk.summary("runs/grid/" + run["folder"].get<std::string>());
  EXPECT_EQ(run["value"], summary["best"]["eval/loss_averaged"]["value"]);
  EXPECT_LT(run["value"], summary["final"]["eval/loss_averaged"]);
}

TEST(Compare, RefusesWhatItCannotDoBeforeAnythingRuns) {
  const CompareDesk desk;
  EXPECT_EQ(desk.compare({"--resume"}).code, 6);
  EXPECT_EQ(desk.compare({"--set", "algorithm.momentun=0.5"}).code, 2);
  EXPECT_EQ(desk.compare({"--jobs", "0"}).code, 2);
  EXPECT_EQ(desk.run({"compare", "small.toml"}).code, 2);
  EXPECT_EQ(desk.compare({"--set", "data.folder=/nowhere"}).code, 3);
  ASSERT_EQ(desk.train({"--output", "run"}).code, 0);
  EXPECT_EQ(desk.compare({"--output", "run"}).code, 2);
  EXPECT_EQ(desk.compare({"--output", "small.toml"}).code, 2);
}

TEST(Compare, HasThePlaceInTheEnvironmentsFolder) {
  const CompareDesk desk;
  ASSERT_EQ(desk.compare({"--seed", "4", "-q"}, {"MURMUR_OUTPUT=elsewhere"}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(desk.path("elsewhere/grid/report.html")));
}

// Interrupts a grid of longer runs during its third run and returns how it ended.
int stopped(const CompareDesk& desk, int signal) {
  Started grid(desk, {"compare", "grid.toml", "-v", "--set", "schedule.steps=600"});
  EXPECT_TRUE(grid.wait_for_lines(2));
  while (desk.begun("runs/grid") < 3 && grid.is_running()) {
  }
  grid.send(signal);
  return grid.end();
}

TEST(Compare, GoesOnWhereItWasInterruptedOrKilled) {
  const std::vector<std::string> longer{"--set", "schedule.steps=600"};
  const CompareDesk straight;
  ASSERT_EQ(straight.compare(longer).code, 0);
  for (const auto& [signal, code] : {std::pair{SIGINT, 130},
                                     std::pair{SIGTERM, 143},
                                     std::pair{SIGHUP, 129},
                                     std::pair{SIGUSR1, 138},
                                     std::pair{SIGKILL, -SIGKILL}}) {
    const CompareDesk desk;
    EXPECT_EQ(stopped(desk, signal), code);
    EXPECT_FALSE(std::filesystem::exists(desk.path("runs/grid/comparison.json")));
    const Ran refused = desk.compare(longer);
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("--resume"));
    const Ran resumed = desk.compare({"--set", "schedule.steps=600", "--resume", "--jobs", "2"});
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_EQ(read_text(desk.path("runs/grid/comparison.csv")),
              read_text(straight.path("runs/grid/comparison.csv")));
    EXPECT_EQ(desk.digests("runs/grid"), straight.digests("runs/grid"));
  }
}

// A grid none of whose files may grow beyond 1 KiB, as on a full disk.
TEST(Compare, EndsWithOneWhereTheDiskIsFullAndGoesOn) {
  const CompareDesk desk;
  const Ran full = desk.run_with_small_files({"compare", "grid.toml", "--seed", "1"}, 1);
  EXPECT_EQ(full.code, 1);
  EXPECT_THAT(full.err, HasSubstr("runs/grid/"));
  EXPECT_THAT(full.err, HasSubstr("too large"));
  EXPECT_EQ(full.out, "");
  const Ran resumed = desk.compare({"--seed", "1", "--resume"});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  ASSERT_EQ(desk.compare({"--seed", "1", "--output", "straight"}).code, 0);
  EXPECT_EQ(desk.digests("runs/grid"), desk.digests("straight"));
}

TEST(ReportCommand, MakesReportsAgain) {
  const CompareDesk desk;
  ASSERT_EQ(desk.compare({"--seed", "1"}).code, 0);
  ASSERT_EQ(desk.train({"--output", "one"}).code, 0);
  std::map<std::string, std::string> before;
  for (const std::string folder : {"runs/grid", "one"}) {
    before[folder] = read_text(desk.path(folder + "/report.html"));
    EXPECT_THAT(before[folder], HasSubstr("</svg>"));
    std::filesystem::remove(desk.path(folder + "/report.html"));
  }
  const Ran ran = desk.run({"report", "runs/grid", "one"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "runs/grid/report.html\none/report.html\n");
  for (const auto& [folder, report] : before) {
    EXPECT_EQ(read_text(desk.path(folder + "/report.html")), report) << folder;
  }
  const json printed = json::parse(desk.run({"report", "one", "--json"}).out);
  EXPECT_EQ(printed["reports"], json::array({"one/report.html"}));
}

TEST(ReportCommand, WritesNothingWhereOneFolderHoldsNoRun) {
  const CompareDesk desk;
  ASSERT_EQ(desk.train({"--output", "one"}).code, 0);
  std::filesystem::remove(desk.path("one/report.html"));
  const Ran ran = desk.run({"report", "one", "images"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("'images'"));
  EXPECT_FALSE(std::filesystem::exists(desk.path("one/report.html")));
  EXPECT_EQ(desk.run({"report"}).code, 2);
  EXPECT_EQ(desk.run({"report", "one", "--output", "other"}).code, 2);
}

TEST(ReportCommand, ShowsARunThatDivergedOrWasInterrupted) {
  const CompareDesk desk;
  ASSERT_EQ(desk.train({"--output", "a", "--set", "algorithm.learning_rate=1e30"}).code, 4);
  ASSERT_EQ(desk.train({"--output", "b", "--steps-limit", "5"}).code, 0);
  ASSERT_EQ(desk.run({"report", "a", "b"}).code, 0);
  EXPECT_THAT(read_text(desk.path("a/report.html")), HasSubstr("class=\"status\">diverged"));
  EXPECT_THAT(read_text(desk.path("b/report.html")), HasSubstr("class=\"status\">stopped"));
}

}  // namespace
}  // namespace murmur::testing
