// SPDX-License-Identifier: Apache-2.0
// Examples that are set aside: what a run writes of them, and what a comparison chooses by them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_grid.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::vector<json> lines_in(const Desk& desk, const std::string& folder) {
  std::vector<json> lines;
  for (const std::string& line : lines_of(read_text(desk.path(folder + "/metrics.jsonl")))) {
    lines.push_back(json::parse(line));
    for (const char* clock :
         {"wall_s", "time/gradient_s", "time/algorithm_s", "time/evaluation_s", "time/wait_s"}) {
      lines.back().erase(clock);
    }
  }
  return lines;
}

const std::vector<std::string> kValidated{
    "--set", "data.validation=0.25", "--set", "evaluation.test=end"};

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(ValidationSet, IsScoredUnderTheSameNames) {
  const TrainingDesk desk;
  const Ran ran = desk.train({"--json", "--set", "data.validation=0.25"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json summary = json::parse(ran.out);
  EXPECT_EQ(summary["data"]["training_examples"], 192);
  EXPECT_EQ(summary["data"]["validation_examples"], 64);
  EXPECT_EQ(summary["steps"], 4 * (192 / 4 / 8));
  for (const json& line : lines_in(desk, "runs/small-2")) {
    for (const auto& [name, value] : line.items()) {
      if (name.starts_with("eval/")) {
        EXPECT_TRUE(line.contains("validation/" + name.substr(5))) << name;
      }
    }
    EXPECT_NE(line["validation/loss_averaged"], line["eval/loss_averaged"]);
  }
  EXPECT_TRUE(summary["best"].contains("validation/accuracy_local_mean"));
  EXPECT_THAT(read_text(desk.path("runs/small-2/report.html")), HasSubstr("validation"));
}

TEST(ValidationSet, LeavesTheTestSetForTheEnd) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train(with({"--output", "end"}, kValidated)).code, 0);
  ASSERT_EQ(desk.train({"--output", "every", "--set", "data.validation=0.25"}).code, 0);
  auto end = lines_in(desk, "end");
  const auto every = lines_in(desk, "every");
  ASSERT_EQ(end.size(), every.size());
  EXPECT_EQ(end.back(), every.back());
  for (std::size_t i = 0; i + 1 < end.size(); ++i) {
    EXPECT_FALSE(end[i].contains("eval/accuracy_local_mean")) << i;
    EXPECT_FALSE(end[i].contains("eval/loss_averaged")) << i;
    EXPECT_TRUE(end[i].contains("validation/accuracy_local_mean")) << i;
  }
  EXPECT_THAT(read_text(desk.path("end/report.html")), HasSubstr("on the validation set"));
}

// Also where the run ended before and has become longer.
TEST(ValidationSet, LeavesTheSameLinesAfterAResume) {
  const TrainingDesk desk;
  const auto run = [&](const std::string& folder, const std::vector<std::string>& more) {
    const Ran ran = desk.train(with({"--output", folder}, with(kValidated, more)));
    ASSERT_EQ(ran.code, 0) << ran.err;
  };
  run("straight", {});
  run("twice", {"--steps-limit", "9"});
  EXPECT_FALSE(lines_in(desk, "twice").back().contains("eval/accuracy_averaged"));
  run("twice", {"--resume"});
  EXPECT_EQ(lines_in(desk, "twice"), lines_in(desk, "straight"));
  run("longer", {"--set", "schedule.epochs=2"});
  EXPECT_TRUE(lines_in(desk, "longer").back().contains("eval/accuracy_averaged"));
  run("longer", {"--resume"});
  EXPECT_EQ(lines_in(desk, "longer"), lines_in(desk, "straight"));
}

TEST(ValidationSet, BelongsToTheRun) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train(with(kValidated, {"--steps-limit", "3"})).code, 0);
  const Ran other = desk.train({"--resume", "--set", "data.validation=0.5"});
  EXPECT_EQ(other.code, 6);
  EXPECT_THAT(other.err, HasSubstr("data.validation"));
  EXPECT_EQ(desk.train({"--resume", "--set", "data.validation=0.25"}).code, 0) << "test may change";
}

TEST(ValidationSet, RefusesWhatMakesNoSense) {
  const TrainingDesk desk;
  for (const std::string wrong : {"data.validation=0.0",
                                  "data.validation=1.0",
                                  "data.validation=[]",
                                  "data.validation=true",
                                  "data.validation=[0.1]",
                                  "data.validation=valid",
                                  "data.validation=0.999",
                                  "evaluation.test=never"}) {
    const Ran ran = desk.train({"--set", wrong});
    EXPECT_EQ(ran.code, 2) << wrong;
    EXPECT_THAT(ran.err, HasSubstr(wrong.substr(0, wrong.find('=')))) << wrong;
  }
}

// Test images whose labels are wrong: a model is the worse there, the better it is elsewhere.
class MisleadingDesk : public CompareDesk {
 public:
  explicit MisleadingDesk(const std::string& grid) : CompareDesk(grid) {
    std::string labels;
    for (int i = 0; i < 64; ++i) {
      labels.push_back(static_cast<char>((i + 1) % 4));
    }
    write("images/t10k-labels-idx1-ubyte", idx({64}, labels));
  }
};

constexpr const char* kTune = R"(
[compare.tune]
"algorithm.learning_rate" = [1e-6, 0.1]
)";

TEST(ValidationSet, ChoosesWhereThereIsOneInPlaceOfTheTestSet) {
  const MisleadingDesk desk("[compare]\nseeds = [1]\n" + std::string(kTune));
  const json by_test = json::parse(desk.compare({"--json", "--output", "test"}).out);
  EXPECT_EQ(by_test["cells"][0]["tuned"]["algorithm.learning_rate"], "1e-06");
  EXPECT_EQ(by_test["tuned_by"], "eval/accuracy_local_mean");
  const Ran ran = desk.compare(with({"--json"}, kValidated));
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json comparison = json::parse(ran.out);
  EXPECT_EQ(comparison["tuned_by"], "validation/accuracy_local_mean");
  EXPECT_EQ(comparison["metric"], "eval/accuracy_local_mean");
  const json cell = comparison["cells"][0];
  EXPECT_EQ(cell["tuned"]["algorithm.learning_rate"], "0.1");
  const json summary = desk.summary("runs/grid/" + cell["runs"][0]["folder"].get<std::string>());
  EXPECT_EQ(cell["runs"][0]["value"], summary["final"]["eval/accuracy_local_mean"]);
  EXPECT_EQ(cell["trials"][1]["value"], summary["final"]["validation/accuracy_local_mean"]);
  const Ran shown = desk.compare(with({}, kValidated));
  EXPECT_THAT(shown.out, HasSubstr("Tuned on seed 1 by validation/accuracy_local_mean:"));
  EXPECT_THAT(read_text(desk.path("runs/grid/report.html")),
              HasSubstr("Tuned values (on seed 1 by validation/accuracy_local_mean)"));
}

TEST(Compare, TunesInOneSettingForAll) {
  const std::string grid = std::string(kGrid) + kTune;
  const std::vector<std::string> in_uneven{"--set", "compare.tune_in='uneven'"};
  const CompareDesk desk(grid);
  const Ran ran = desk.compare(with({"--json", "-v"}, in_uneven));
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("15/15 runs"));
  const json comparison = json::parse(ran.out);
  EXPECT_EQ(comparison["tuned_in"], "uneven");
  for (const json& cell : comparison["cells"]) {
    EXPECT_EQ(cell["tuned"]["algorithm.learning_rate"], "0.1");
    EXPECT_EQ(cell.contains("trials"), cell["setting"] == "uneven");
    EXPECT_EQ(cell["runs"].size(), 2U);
    EXPECT_FALSE(cell["mean"].is_null());
  }
  EXPECT_EQ(desk.runs("runs/grid").size(), 15U);
  const Ran again = desk.compare(in_uneven);
  EXPECT_THAT(again.out, HasSubstr("Tuned on seed 1, at uneven:"));
  EXPECT_THAT(read_text(desk.path("runs/grid/comparison.csv")), HasSubstr("tuned algorithm"));
  ASSERT_EQ(desk.run({"report", "runs/grid"}).code, 0);
  EXPECT_EQ(desk.compare({"--set", "compare.tune_in='other'"}).code, 2);
  EXPECT_EQ(CompareDesk().compare(in_uneven).code, 2);
}

}  // namespace
}  // namespace murmur::testing
