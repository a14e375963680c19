// SPDX-License-Identifier: Apache-2.0
// The arithmetic of a comparison's table, and its three written forms.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "murmur/run/compare/result.h"
#include "murmur/run/report/comparison_text.h"

namespace murmur::run {
namespace {

using ::testing::HasSubstr;

Cell cell(const std::vector<std::optional<double>>& values) {
  Cell cell;
  for (std::size_t i = 0; i < values.size(); ++i) {
    cell.runs.push_back({i + 1, "runs/x" + std::to_string(i), values[i]});
  }
  return cell;
}

// Rows of one column each.
Comparison column(const std::vector<Cell>& cells, const std::string& metric) {
  Comparison comparison;
  comparison.name = "test";
  comparison.metric = metric;
  comparison.settings = {{.label = "setting"}};
  for (const Cell& one : cells) {
    comparison.methods.push_back({.label = "row " + std::to_string(comparison.methods.size())});
    comparison.cells.push_back({one});
  }
  for (std::size_t i = 0; i < cells.front().runs.size(); ++i) {
    comparison.seeds.push_back(i + 1);
  }
  summarize(comparison);
  return comparison;
}

std::vector<bool> best_of(const Comparison& comparison) {
  std::vector<bool> best;
  for (const auto& row : comparison.cells) {
    best.push_back(row.front().best);
  }
  return best;
}

constexpr const char* kAccuracy = "eval/accuracy_local_mean";

TEST(Comparison, MeanAndSampleDeviationOverSeeds) {
  const Comparison comparison = column({cell({0.1, 0.2, 0.6})}, kAccuracy);
  EXPECT_DOUBLE_EQ(*comparison.cells[0][0].mean, 0.3);
  EXPECT_DOUBLE_EQ(*comparison.cells[0][0].std, std::sqrt((0.04 + 0.01 + 0.09) / 2));
}

TEST(Comparison, OfOneSeedHasNoDeviation) {
  const Comparison comparison = column({cell({0.7})}, kAccuracy);
  EXPECT_FALSE(comparison.cells[0][0].std.has_value());
  EXPECT_THAT(to_csv(comparison), HasSubstr("row 0,setting,eval/accuracy_local_mean,0.7,,1,0,"));
  EXPECT_TRUE(to_json(comparison)["cells"][0]["std"].is_null());
  EXPECT_THAT(to_text(comparison, false), HasSubstr("row 0    70.00 *\n"));
}

TEST(Comparison, DeviatesWithoutOverflow) {
  const Comparison comparison = column({cell({1e200, 3e200})}, "train/loss");
  EXPECT_DOUBLE_EQ(*comparison.cells[0][0].std, std::sqrt(2.0) * 1e200);
}

TEST(Comparison, HigherIsBetterButForLossDistanceBytesAndTime) {
  const std::vector<Cell> cells{cell({0.4}), cell({0.6})};
  EXPECT_THAT(best_of(column(cells, kAccuracy)), ::testing::ElementsAre(false, true));
  for (const char* metric : {"train/loss",
                             "eval/loss_averaged",
                             "consensus/distance",
                             "comm/bytes_sent",
                             "time/wall_s",
                             "time/gradient_s"}) {
    EXPECT_THAT(best_of(column(cells, metric)), ::testing::ElementsAre(true, false)) << metric;
  }
}

TEST(Comparison, ADivergedRunIsTheWorstHoweverGoodTheOthersAre) {
  const Comparison comparison = column(
      {cell({0.9, std::nullopt}), cell({0.1, 0.2}), cell({std::nullopt, std::nullopt})}, kAccuracy);
  EXPECT_THAT(best_of(comparison), ::testing::ElementsAre(false, true, false));
  EXPECT_FALSE(comparison.cells[0][0].mean.has_value());
  EXPECT_EQ(cell_text(comparison, comparison.cells[0][0]), "1 of 2 diverged");
  EXPECT_EQ(cell_text(comparison, comparison.cells[2][0]), "diverged");
}

TEST(Comparison, NothingIsBestWhereAllDiverged) {
  EXPECT_THAT(best_of(column({cell({std::nullopt}), cell({std::nullopt})}, "train/loss")),
              ::testing::ElementsAre(false, false));
}

TEST(Comparison, EqualsShareTheMarkAndReferencesHaveNone) {
  Comparison comparison = column({cell({0.5}), cell({0.5}), cell({0.9})}, kAccuracy);
  comparison.methods[2].reference = true;
  summarize(comparison);
  EXPECT_THAT(best_of(comparison), ::testing::ElementsAre(true, true, false));
}

Trial trial(const std::string& value, std::optional<double> score) {
  return {.set = {{"algorithm.learning_rate", value}}, .folder = "runs/" + value, .value = score};
}

TEST(Tuning, TakesTheBestAndOfEqualsTheFirst) {
  const std::vector<Trial> trials{
      trial("0.1", 0.4), trial("0.2", std::nullopt), trial("0.3", 0.7), trial("0.4", 0.7)};
  EXPECT_EQ(choose(trials, false), 2U);
  EXPECT_EQ(choose(trials, true), 0U);
}

TEST(Tuning, TakesWhatDidNotDivergeAndTheFirstWhereAllDid) {
  EXPECT_EQ(choose({trial("0.1", std::nullopt), trial("0.2", 0.1)}, false), 1U);
  EXPECT_EQ(choose({trial("0.1", std::nullopt), trial("0.2", 0.1)}, true), 1U);
  EXPECT_EQ(choose({trial("0.1", std::nullopt), trial("0.2", std::nullopt)}, false), 0U);
}

Comparison tuned() {
  Cell one = cell({0.7, 0.8});
  one.trials = {trial("0.1", 0.6), trial("0.2", 0.7)};
  one.chosen = 1;
  one.tuned = one.trials[1].set;
  Comparison comparison = column({one}, kAccuracy);
  comparison.tuned_by = kAccuracy;
  comparison.command = "murmur compare 'a file.toml'";
  comparison.methods[0].label = "a, \"b\"";
  return comparison;
}

TEST(Comparison, JsonReadsBackAsItself) {
  const Comparison comparison = tuned();
  const auto json = to_json(comparison);
  const auto back = comparison_from_json(json);
  ASSERT_TRUE(back) << back.failure().message;
  EXPECT_EQ(to_json(back.value()), json);
  EXPECT_EQ(json["cells"][0]["tuned"]["algorithm.learning_rate"], "0.2");
  EXPECT_EQ(json["cells"][0]["mean"], 0.75);
}

TEST(Comparison, JsonOfAnotherKindIsRefusedWithTheReason) {
  const auto damaged = comparison_from_json(nlohmann::ordered_json::parse(R"({"schema": 1})"));
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.failure().kind, FailureKind::kDamaged);
  const auto newer = comparison_from_json(nlohmann::ordered_json::parse(R"({"schema": 2})"));
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.failure().kind, FailureKind::kMismatch);
}

TEST(Comparison, CsvQuotesWhatNeedsIt) {
  EXPECT_EQ(to_csv(tuned()),
            "method,setting,metric,mean,std,runs,diverged,best,seed 1,seed 2,"
            "tuned algorithm.learning_rate\n"
            "\"a, \"\"b\"\"\",setting,eval/accuracy_local_mean,0.75,0.07071067811865482,2,0,true,"
            "0.7,0.8,0.2\n");
}

TEST(ComparisonText, AlignsColumnsAndMarksTheBest) {
  Comparison comparison = column({cell({0.5, 0.6}), cell({0.8, 0.9})}, kAccuracy);
  EXPECT_EQ(to_text(comparison, false),
            "eval/accuracy_local_mean in %, at the end of the run, mean ± standard deviation over "
            "2 seeds\n\n"
            "            setting\n"
            "row 0  55.00 ± 7.07\n"
            "row 1  85.00 ± 7.07 *\n"
            "\n* the best of its column\n");
}

TEST(ComparisonText, EveryCellHasItsOwnDigits) {
  const Comparison comparison = column({cell({0.51, 0.52}),
                                        cell({1e37, 3e37}),
                                        cell({0.00123, 0.00125}),
                                        cell({1e-12, 1e-12}),
                                        cell({4, 4.00001})},
                                       "train/loss");
  const auto text = [&](std::size_t row) {
    return cell_text(comparison, comparison.cells[row][0]);
  };
  EXPECT_EQ(text(0), "0.515 ± 0.007");
  EXPECT_EQ(text(1), "2.000e+37 ± 1.4e+37");
  EXPECT_EQ(text(2), "0.00124 ± 0.00001");
  EXPECT_EQ(text(3), "1.000e-12 ± 0");
  EXPECT_EQ(text(4), "4.000 ± 7.1e-06");
}

TEST(ComparisonText, SaysWhatWasTuned) {
  EXPECT_THAT(to_text(tuned(), false), HasSubstr("Tuned on seed 1:\n\nalgorithm.learning_rate"));
}

TEST(ComparisonText, BoldIsForTerminalsOnly) {
  const Comparison comparison = column({cell({0.5}), cell({0.8})}, kAccuracy);
  EXPECT_EQ(to_text(comparison, false).find('\x1b'), std::string::npos);
  EXPECT_THAT(to_text(comparison, true), HasSubstr("\x1b[1m  80.00 *\x1b[0m"));
}

}  // namespace
}  // namespace murmur::run
