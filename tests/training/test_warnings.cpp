// SPDX-License-Identifier: Apache-2.0
// The warnings of train, plan and compare about a doubtful configuration: the same texts, once, and
// in the run's record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_grid.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Texts = std::vector<std::string>;

constexpr std::string_view kBegin = "murmur: warning: ";

// The texts after "murmur: warning: " on standard error, one per line.
Texts warnings_of(const Ran& ran) {
  Texts texts;
  for (const std::string& line : lines_of(ran.err)) {
    if (line.starts_with(kBegin)) {
      texts.push_back(line.substr(kBegin.size()));
    }
  }
  return texts;
}

Texts with(Texts words, const Texts& set) {
  for (const std::string& one : set) {
    words.insert(words.end(), {"--set", one});
  }
  return words;
}

// One row without settings of its own: the file as it is.
constexpr const char* kOneCell = "\n[compare]\n[[compare.method]]\nlabel = \"as it is\"\n";

const Texts kDoubtful{"outer.name=average",
                      "outer.period=1000",
                      "schedule.warmup_epochs=40",
                      "data.shards_per_worker=3",
                      "topology.seed=7",
                      "evaluation.examples=1000"};

TEST(WarningsOfARun, AreTheSameInTrainPlanAndCompare) {
  const CompareDesk desk(kOneCell);
  const Ran trained = desk.train(with({"--output", "run"}, kDoubtful));
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Texts texts = warnings_of(trained);
  EXPECT_THAT(texts,
              ElementsAre(HasSubstr("topology.seed = 7"),
                          HasSubstr("outer.period = 1000"),
                          HasSubstr("schedule.warmup_epochs = 40"),
                          HasSubstr("data.shards_per_worker = 3"),
                          HasSubstr("evaluation.examples = 1000")));
  EXPECT_EQ(desk.summary("run")["warnings"], texts);
  const Ran planned = desk.run(with({"plan", "small.toml", "--json"}, kDoubtful));
  EXPECT_EQ(json::parse(planned.out)["warnings"], texts);
  EXPECT_EQ(warnings_of(planned), texts);
  EXPECT_EQ(warnings_of(desk.run(with({"plan", "small.toml"}, kDoubtful))), texts);
  const Ran compared = desk.compare(with({"--json", "--output", "grid"}, kDoubtful));
  ASSERT_EQ(compared.code, 0) << compared.err;
  EXPECT_EQ(warnings_of(compared), texts);
  EXPECT_EQ(json::parse(compared.out)["warnings"], texts);
  for (const auto& [run, time] : desk.runs("grid")) {
    EXPECT_EQ(desk.summary("grid/runs/" + run)["warnings"], texts);
  }
}

TEST(WarningsOfARun, AreSilentWhereAllIsWell) {
  const CompareDesk desk(kOneCell);
  const Ran trained = desk.train({"--output", "run"});
  EXPECT_THAT(warnings_of(trained), IsEmpty());
  EXPECT_EQ(desk.summary("run")["warnings"], json::array());
  EXPECT_EQ(desk.run({"plan", "small.toml"}).err, "");
  EXPECT_THAT(warnings_of(desk.compare()), IsEmpty());
  // The file that it wrote has every value, including the defaults.
  EXPECT_EQ(desk.run({"plan", "run/config.toml"}).err, "");
}

TEST(WarningsOfARun, AreNotDoubledByResuming) {
  const TrainingDesk desk;
  const Texts set{"--output", "run", "--set", "evaluation.workers=99"};
  Texts first = set;
  first.insert(first.end(), {"--steps-limit", "5"});
  ASSERT_EQ(desk.train(first).code, 0);
  Texts again = set;
  again.emplace_back("--resume");
  const Ran resumed = desk.train(again);
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(warnings_of(resumed), SizeIs(1));
  const json summary = json::parse(read_text(desk.path("run/summary.json")));
  EXPECT_THAT(summary["warnings"].get<Texts>(), SizeIs(1));
}

TEST(WarningsOfARun, StandInItsReport) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train({"--output", "run", "--set", "evaluation.workers=99"}).code, 0);
  EXPECT_THAT(read_text(desk.path("run/report.html")),
              HasSubstr("Warning: evaluation.workers = 99: there are 4 workers"));
}

TEST(WarningsOfARun, LeaveJsonAlone) {
  const TrainingDesk desk;
  const Ran ran = desk.train({"--output", "run", "--json", "--set", "evaluation.workers=99"});
  EXPECT_THAT(warnings_of(ran), SizeIs(1));
  EXPECT_EQ(json::parse(ran.out)["warnings"].size(), 1U);
  EXPECT_EQ(desk.train({"--output", "quiet", "-q", "--set", "evaluation.workers=99"}).err, "");
}

TEST(WarningsOfAComparison, NameTheRowsThatTheyConcern) {
  const CompareDesk desk(R"(
[compare]
seeds = [1, 2]
[[compare.method]]
label = "D2"
set = { "algorithm.name" = "d2" }
[[compare.method]]
label = "D2+"
set = { "algorithm.name" = "d2-plus" }
[[compare.method]]
label = "all"
set = { "algorithm.name" = "allreduce-sgd" }
[[compare.setting]]
label = "even"
set = { "data.partition" = "iid" }
[[compare.setting]]
label = "uneven"
set = { "data.alpha" = 0.5 }
)");
  const Ran ran = desk.compare(with({}, {"schedule.warmup_steps=8", "evaluation.workers=99"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  const Texts texts = warnings_of(ran);
  // "all" does not use the ring and "even" does not use alpha; no warning, since the others do.
  ASSERT_THAT(texts,
              ElementsAre(HasSubstr("'d2' needs every eigenvalue"),
                          HasSubstr("Take algorithm.name = \"d2-plus\""),
                          HasSubstr("evaluation.workers = 99"),
                          HasSubstr("'d2-plus' needs every eigenvalue")));
  EXPECT_THAT(texts[0], ::testing::EndsWith("(D2)"));
  EXPECT_THAT(texts[1], ::testing::EndsWith("(D2)"));
  EXPECT_THAT(texts[2], ::testing::EndsWith("\"all\""));
  EXPECT_THAT(texts[3], ::testing::EndsWith("(D2+)"));
  EXPECT_THAT(read_text(desk.path("runs/grid/report.html")), HasSubstr("Warning: evaluation"));
}

TEST(WarningsOfData, SayWhatEqualSharesLeaveOut) {
  const TrainingDesk desk;
  const Ran ran = desk.train({"--output",
                              "run",
                              "-v",
                              "--set",
                              "workers=129",
                              "--set",
                              "data.batch_size=1",
                              "--set",
                              "data.partition=origin",
                              "--set",
                              "schedule.epochs=1"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("1 of 256 training examples for each worker"));
  EXPECT_THAT(ran.err, HasSubstr("workers = 129: in equal shares every worker has 1 of the 256"));
  const json summary = json::parse(read_text(desk.path("run/summary.json")));
  EXPECT_EQ(summary["data"]["examples_per_worker"], 1);
  EXPECT_EQ(summary["data"]["training_examples"], 256);
  EXPECT_EQ(summary["data"]["test_examples"], 64);
}

TEST(EvaluationOfMoreThanThereIs, UsesAll) {
  const TrainingDesk desk;
  const Texts more{"evaluation.workers=99", "evaluation.examples=1000"};
  const Ran all = desk.train({"--output", "all"});
  const Ran ran = desk.train(with({"--output", "more"}, more));
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(last_line(ran), last_line(all));
  const auto final = [&](const std::string& folder) {
    return json::parse(read_text(desk.path(folder + "/summary.json")))["final"];
  };
  EXPECT_EQ(final("more")["eval/accuracy_local_mean"], final("all")["eval/accuracy_local_mean"]);
  EXPECT_EQ(final("more")["eval/loss_averaged"], final("all")["eval/loss_averaged"]);
}

TEST(ReportOfAPart, SaysOfWhat) {
  const TrainingDesk desk;
  const Texts part{"evaluation.workers=2", "evaluation.examples=7"};
  ASSERT_EQ(desk.train(with({"--output", "run"}, part)).code, 0);
  const std::string page = read_text(desk.path("run/report.html"));
  EXPECT_THAT(page, HasSubstr("Accuracy on the first 7 of 64 test examples"));
  EXPECT_THAT(page, HasSubstr("the first 2 of 4 workers"));
  EXPECT_THAT(page, ::testing::Not(HasSubstr("on the test set")));
}

}  // namespace
}  // namespace murmur::testing
