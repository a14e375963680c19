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

TEST(MetricTable, NamesWhatRunsWrite) {
  EXPECT_THAT(metric_names(), Contains("eval/accuracy_local_mean"));
  EXPECT_THAT(metric_names(), Not(Contains("eval/bleu_averaged")));
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
