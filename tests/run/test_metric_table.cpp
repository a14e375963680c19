// SPDX-License-Identifier: Apache-2.0
// Units and directions of metrics.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/run/records/metric_table.h"
#include "murmur/run/records/metrics.h"
#include "murmur/run/records/summary.h"
#include "murmur/run/records/words.h"
#include "tests/support/temporary_folder.h"

namespace murmur::run {
namespace {

using ::testing::Contains;
using ::testing::Not;

TEST(MetricTable, KnowsWhatIsBetter) {
  for (const char* lower : {"train/loss",
                            "eval/loss_averaged",
                            "eval/accuracy_local_std",
                            "eval/perplexity_local_mean",
                            "eval/perplexity_averaged",
                            "eval/perplexity_local_max",
                            "eval/rmse_local_mean",
                            "eval/rmse_averaged",
                            "validation/perplexity_averaged",
                            "validation/loss_local_mean",
                            "consensus/distance",
                            "comm/bytes_sent",
                            "comm/messages",
                            "time/virtual_step_s",
                            "time/wall_s"}) {
    EXPECT_TRUE(lower_is_better(lower)) << lower;
  }
  for (const char* higher : {"eval/accuracy_local_mean",
                             "eval/accuracy_local_min",
                             "eval/accuracy_own_mean",
                             "eval/bleu_averaged",
                             "validation/accuracy_averaged",
                             "validation/bleu_averaged"}) {
    EXPECT_FALSE(lower_is_better(higher)) << higher;
  }
}

TEST(MetricTable, OfValidationIsThatOfEvaluation) {
  const auto eval = find_metric("eval/accuracy_averaged");
  const auto validation = find_metric("validation/accuracy_averaged");
  ASSERT_TRUE(eval && validation);
  EXPECT_EQ(validation->unit, eval->unit);
  EXPECT_EQ(validation->better, eval->better);
  EXPECT_EQ(validation->name, "validation/accuracy_averaged");
  EXPECT_FALSE(find_metric("validation/nothing"));
  EXPECT_FALSE(find_metric("eval/accuracy"));
}

// A name alone determines nothing: no unit is guessed from a part of it.
TEST(MetricTable, GuessesNothingFromAName) {
  EXPECT_EQ(unit_of("eval/accuracy_local_mean"), Unit::kFraction);
  EXPECT_EQ(unit_of("eval/accuracy_of_clocks"), Unit::kNumber);
  EXPECT_EQ(unit_of("comm/bytes_sent"), Unit::kBytes);
  EXPECT_EQ(unit_of("time/wait_s"), Unit::kSeconds);
}

TEST(MetricTable, HasEveryMetricOfEveryMeasure) {
  for (const Measure& measure : measures()) {
    std::vector<std::string> names{measure.main_metric(), measure.metric("_averaged")};
    if (measure.has_spread) {
      names.push_back(measure.metric("_local_std"));
      names.push_back(measure.worst_metric());
      EXPECT_TRUE(lower_is_better(measure.metric("_local_std")));
      EXPECT_EQ(lower_is_better(measure.worst_metric()), lower_is_better(measure.main_metric()));
    }
    for (const std::string& name : names) {
      EXPECT_THAT(metric_names(), Contains(name));
    }
    EXPECT_EQ(lower_is_better(measure.metric("_averaged")), lower_is_better(measure.main_metric()));
  }
}

TEST(MetricTable, KnowsTheMainMetricOfATask) {
  const Metrics classification{{"eval/accuracy_local_mean", 0.5}, {"eval/loss_local_mean", 1}};
  const Metrics regression{{"eval/rmse_local_mean", 0.5}, {"eval/loss_local_mean", 1}};
  EXPECT_EQ(main_measure(classification)->main_metric(), "eval/accuracy_local_mean");
  EXPECT_EQ(main_measure(classification)->worst_metric(), "eval/accuracy_local_min");
  EXPECT_EQ(main_measure(regression)->main_metric(), "eval/rmse_local_mean");
  EXPECT_EQ(main_measure(regression)->worst_metric(), "eval/rmse_local_max");
  EXPECT_EQ(main_measure({{"eval/loss_local_mean", 1}})->name, "loss");
  EXPECT_EQ(main_measure({{"train/loss", 1}}), nullptr);
  EXPECT_EQ(measures()[1].of_mean(9), 3);
}

TEST(MetricTable, NamesWhatRunsWrite) {
  EXPECT_THAT(metric_names(), Contains("eval/accuracy_local_mean"));
  EXPECT_THAT(metric_names(), Contains("eval/bleu_averaged"));
  EXPECT_THAT(metric_names(), Not(Contains("validation/bleu_averaged")));
}

TEST(MetricsLog, KeepsTheBestOfWhatScoresModels) {
  const testing::TemporaryFolder folder;
  auto log = MetricsLog::open(folder.path() / "metrics.jsonl", -1);
  ASSERT_TRUE(log);
  for (const double value : {3.0, 2.0, 4.0}) {
    ASSERT_TRUE(log.value().append({.step = static_cast<std::int64_t>(value),
                                    .values = {{"eval/perplexity_averaged", value},
                                               {"validation/bleu_averaged", value},
                                               {"train/loss", value}}}));
  }
  const auto best = log.value().best();
  EXPECT_EQ(best.at("eval/perplexity_averaged").value, 2);
  EXPECT_EQ(best.at("validation/bleu_averaged").value, 4);
  EXPECT_FALSE(best.contains("train/loss"));
}

}  // namespace
}  // namespace murmur::run
