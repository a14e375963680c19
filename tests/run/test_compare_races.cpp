// SPDX-License-Identifier: Apache-2.0
// Time to accuracy, and published numbers beside measured ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "murmur/run/compare/time_to_accuracy.h"
#include "murmur/run/report/comparison_text.h"

namespace murmur::run {
namespace {

using ::testing::HasSubstr;
using Lines = std::vector<MetricsLine>;

// An evaluation every 10 steps; a step takes `step_s`.
Lines run_of(const std::vector<double>& accuracies, double step_s) {
  Lines lines;
  for (std::size_t i = 0; i < accuracies.size(); ++i) {
    const auto step = static_cast<std::int64_t>(10 * (i + 1));
    lines.push_back({.step = step,
                     .values = {{kRaceMetric, accuracies[i]},
                                {"time/virtual_s", step_s * static_cast<double>(step)}}});
  }
  return lines;
}

// Rows with `seeds` runs each, one column.
Comparison rows(std::size_t count, std::size_t seeds) {
  Comparison comparison{.name = "test", .metric = "time/virtual_step_s"};
  comparison.settings = {{.label = "column"}};
  for (std::size_t s = 0; s < seeds; ++s) {
    comparison.seeds.push_back(s + 1);
  }
  for (std::size_t m = 0; m < count; ++m) {
    comparison.methods.push_back({.label = "row " + std::to_string(m)});
    comparison.cells.push_back({Cell{}});
    for (std::size_t s = 0; s < seeds; ++s) {
      comparison.cells.back()[0].runs.push_back({.seed = s + 1, .folder = "x", .value = 0.25});
    }
  }
  summarize(comparison);
  return comparison;
}

TEST(TimeToAccuracy, IsToTheLeastOfTheBestAccuracies) {
  const auto race = time_to_accuracy_of(rows(2, 2),
                                        0,
                                        {{run_of({0.1, 0.5, 0.9}, 1), run_of({0.5, 0.6, 0.9}, 1)},
                                         {run_of({0.2, 0.8, 0.7}, 3), run_of({0.6, 0.5, 0.5}, 3)}});
  ASSERT_TRUE(race);
  EXPECT_EQ(race->target, 0.6);
  ASSERT_EQ(race->runners.size(), 2U);
  EXPECT_DOUBLE_EQ(race->runners[0].steps, (30 + 20) / 2.0);
  EXPECT_DOUBLE_EQ(*race->runners[0].virtual_s, 25);
  EXPECT_DOUBLE_EQ(race->runners[1].steps, (20 + 10) / 2.0);
  EXPECT_DOUBLE_EQ(*race->runners[1].virtual_s, 45);
}

TEST(TimeToAccuracy, IsNotLoweredByRowsForReferenceOrDivergedRuns) {
  Comparison comparison = rows(4, 1);
  comparison.methods[2].reference = true;
  comparison.cells[3][0].runs[0].value.reset();
  summarize(comparison);
  const auto race = time_to_accuracy_of(comparison,
                                        0,
                                        {{run_of({0.4, 0.8}, 1)},
                                         {run_of({0.5, 0.7}, 1)},
                                         {run_of({0.2, 0.3}, 1)},
                                         {run_of({0.1, 0.1}, 1)}});
  ASSERT_TRUE(race);
  EXPECT_EQ(race->target, 0.7);
  EXPECT_EQ(race->runners.size(), 2U);  // the others never reach it
}

TEST(TimeToAccuracy, NeedsTwoRunnersThatAreEvaluatedOnTheirWay) {
  EXPECT_FALSE(time_to_accuracy_of(rows(1, 1), 0, {{run_of({0.4, 0.8}, 1)}}));
  EXPECT_FALSE(time_to_accuracy_of(rows(2, 1), 0, {{run_of({0.8}, 1)}, {run_of({0.4, 0.8}, 1)}}));
}

TEST(TimeToAccuracy, HasNoVirtualTimeWithoutACluster) {
  const auto race =
      time_to_accuracy_of(rows(2, 1), 0, {{run_of({0.4, 0.8}, 0)}, {run_of({0.4, 0.8}, 0)}});
  ASSERT_TRUE(race);
  EXPECT_EQ(race->runners[0].virtual_s, std::nullopt);
}

TEST(TimeToAccuracy, IsWrittenAndReadBack) {
  Comparison comparison = rows(2, 1);
  comparison.races = {
      {.setting = 0, .target = 0.6, .runners = {{.method = 1, .steps = 20, .virtual_s = 4.5}}}};
  const auto json = to_json(comparison);
  EXPECT_EQ(json["time_to_accuracy"][0]["target"], 0.6);
  EXPECT_EQ(json["time_to_accuracy"][0]["methods"][0]["method"], "row 1");
  EXPECT_EQ(json["time_to_accuracy"][0]["methods"][0]["virtual_s"], 4.5);
  const auto again = comparison_from_json(json);
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(again.value()), json);
}

TEST(Published, StandsBesideWhatWasMeasured) {
  Comparison comparison = rows(2, 1);
  comparison.methods[0].published = {0.3};
  comparison.methods[1].published = {std::nullopt};
  const std::string text = to_text(comparison, false);
  EXPECT_THAT(text, HasSubstr("0.2500 (0.3000)"));
  EXPECT_THAT(text, HasSubstr("in brackets: published"));
  EXPECT_THAT(to_csv(comparison), HasSubstr(",published\n"));
  EXPECT_THAT(to_csv(comparison), HasSubstr(",0.25,0.3\n"));
  const auto json = to_json(comparison);
  EXPECT_EQ(json["methods"][0]["published"], nlohmann::ordered_json({0.3}));
  EXPECT_TRUE(json["methods"][1]["published"][0].is_null());
  EXPECT_EQ(to_json(comparison_from_json(json).value()), json);
}

TEST(Published, IsShownInTheUnitOfTheTable) {
  Comparison comparison = rows(1, 1);
  comparison.metric = kRaceMetric;
  comparison.methods[0].published = {0.5};
  EXPECT_THAT(to_text(comparison, false), HasSubstr("25.00 (50.00)"));
}

TEST(Published, IsNotMentionedWhereThereIsNone) {
  const Comparison comparison = rows(2, 1);
  EXPECT_EQ(to_text(comparison, false).find("published"), std::string::npos);
  EXPECT_EQ(to_csv(comparison).find("published"), std::string::npos);
  EXPECT_EQ(to_json(comparison).dump().find("published"), std::string::npos);
}

}  // namespace
}  // namespace murmur::run
