// SPDX-License-Identifier: Apache-2.0
// Impossible requests are refused with what was given, what is allowed and what to do.
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/topology/analysis.h"
#include "tests/topology/make.h"

namespace murmur::topology {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string custom(int workers, const Tables& weights) {
  return refusal("custom", workers, {{"weights", weights}});
}

TEST(Refusal, IsAnInvalidRequest) {
  const auto made = try_make("hypercube", 12);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.failure().kind, FailureKind::kInvalid);
}

TEST(Refusal, OfAHypercubeNamesThePowersOfTwo) {
  EXPECT_THAT(refusal("hypercube", 12),
              AllOf(HasSubstr("power of two"), HasSubstr("not 12"), HasSubstr("8 or 16")));
}

TEST(Refusal, OfRowsListsTheDivisors) {
  EXPECT_THAT(refusal("torus", 12, {{"rows", std::int64_t{5}}}),
              AllOf(HasSubstr("rows = 5"), HasSubstr("1, 2, 3, 4, 6, 12")));
  EXPECT_THAT(refusal("grid", 4, {{"rows", std::int64_t{8}}}), HasSubstr("1, 2, 4"));
}

TEST(Refusal, OfOddNumbersNamesTheEvenOnes) {
  EXPECT_THAT(refusal("ring-extended", 9), AllOf(HasSubstr("not 9"), HasSubstr("8 or 10")));
  EXPECT_THAT(refusal("bipartite-one-peer", 9), AllOf(HasSubstr("not 9"), HasSubstr("8 or 10")));
}

TEST(Refusal, OfMargulisNamesTheSquares) {
  EXPECT_THAT(refusal("margulis", 12), AllOf(HasSubstr("square"), HasSubstr("9 or 16")));
}

TEST(Refusal, OfAnExpanderNamesThePrimesThatFit) {
  EXPECT_THAT(refusal("expander", 16), AllOf(HasSubstr("prime"), HasSubstr("13 or 17")));
  for (const int bad : {5, 11, 19, 29, 31}) {
    EXPECT_THAT(refusal("expander", bad), HasSubstr("next to its own inverse")) << bad;
  }
  for (const int good : {2, 3, 7, 13, 17, 23}) {
    EXPECT_THAT(refusal("expander", good), IsEmpty()) << good;
  }
}

TEST(Refusal, OfASocialNetworkNamesItsSize) {
  EXPECT_THAT(refusal("social", 16),
              AllOf(HasSubstr("32 workers, not 16"), HasSubstr("workers = 32")));
  EXPECT_THAT(refusal("les-miserables", 16), HasSubstr("workers = 77"));
}

TEST(Refusal, OfADegreeSaysWhy) {
  const auto of = [](int workers, std::int64_t degree) {
    return refusal("random-regular", workers, {{"degree", degree}});
  };
  EXPECT_THAT(of(4, 4), HasSubstr("up to 3"));
  EXPECT_THAT(of(15, 3), AllOf(HasSubstr("must be even"), HasSubstr("degree 4")));
  EXPECT_THAT(of(5, 3), HasSubstr("degree 4"));
  EXPECT_THAT(of(6, 1), HasSubstr("not connected"));
  EXPECT_THAT(of(2, 1), IsEmpty());
}

TEST(Refusal, OfAProbabilityNamesTheThreshold) {
  EXPECT_THAT(refusal("erdos-renyi", 16, {{"probability", 0.01}}),
              AllOf(HasSubstr("0.01"), HasSubstr("0.173")));
}

TEST(CustomWeights, MustHaveTheRightSize) {
  EXPECT_THAT(custom(3, ring_weights(4)), AllOf(HasSubstr("4 rows"), HasSubstr("3 workers")));
  EXPECT_THAT(custom(2, {{{1, 0}, {1}}}), HasSubstr("row 1 of weights has 1 numbers"));
  EXPECT_THAT(custom(2, {{{1, 0}, {0, 1}}, {{1, 0, 0}, {0, 1, 0}}}),
              HasSubstr("row 0 of weights[1] has 3 numbers"));
  EXPECT_THAT(custom(2, {}), HasSubstr("empty"));
}

TEST(CustomWeights, MustBeFinite) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(custom(2, {{{1, 0}, {nan, 1}}}), HasSubstr("weights[1][0]"));
}

TEST(CustomWeights, MustSumToOne) {
  EXPECT_THAT(custom(2, {{{0.5, 0.5}, {0.4, 0.5}}}),
              AllOf(HasSubstr("row 1 of weights sums to 0.9"), HasSubstr("column 0")));
  EXPECT_THAT(custom(2, {{{1, 0}, {0, 1}}, {{0.5, 0.5}, {0.4, 0.5}}}), HasSubstr("weights[1]"));
  // One is stochastic by rows, the other by columns: neither works for any algorithm.
  EXPECT_THAT(custom(2, {{{0.5, 0.5}, {0, 1}}, {{0.5, 0}, {0.5, 1}}}), HasSubstr("weights[1]"));
}

TEST(CustomWeights, MayBeWrittenInDecimals) {
  const auto topology = make("custom",
                             3,
                             {{"weights",
                               Tables{{{0.3333333333, 0.3333333333, 0.3333333333},
                                       {0.3333333333, 0.3333333333, 0.3333333333},
                                       {0.3333333333, 0.3333333333, 0.3333333333}}}}});
  EXPECT_EQ(topology->at(0).self(1), 1 - 2 * 0.3333333333);
}

TEST(CustomWeights, MayBeNegative) {
  EXPECT_THAT(custom(2, {{{1.5, -0.5}, {-0.5, 1.5}}}), IsEmpty());
}

TEST(CustomWeights, AreTakenInTurn) {
  const Tables weights{{{1, 0}, {0, 1}}, {{0.5, 0.5}, {0.5, 0.5}}, {{0.75, 0.25}, {0.25, 0.75}}};
  const auto topology = make("custom", 2, {{"weights", weights}});
  EXPECT_EQ(topology->period(), 3);
  for (std::int64_t step = 0; step < 7; ++step) {
    EXPECT_EQ(topology->at(step).dense(), weights[static_cast<std::size_t>(step % 3)]);
  }
}

TEST(CustomWeights, OfColumnsAreForPushSum) {
  const auto topology = make("custom", 2, {{"weights", Tables{{{0.5, 0.25}, {0.5, 0.75}}}}});
  EXPECT_TRUE(require_sums(*topology, Side::kColumns));
  const Status rows = require_sums(*topology, Side::kRows);
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.failure().message, AllOf(HasSubstr("worker 0"), HasSubstr("0.75")));
}

TEST(PushSum, TakesOutDegreeAndRefusesUniform) {
  const auto out = make("star", 5, {{"weighting", "out-degree"}});
  const auto uniform = make("star", 5, {{"weighting", "uniform"}});
  EXPECT_TRUE(require_sums(*out, Side::kColumns));
  EXPECT_FALSE(require_sums(*out, Side::kRows));
  EXPECT_TRUE(require_sums(*uniform, Side::kRows));
  EXPECT_THAT(require_sums(*uniform, Side::kColumns).failure().message,
              HasSubstr("worker 0 gives away and keeps sum to 2.2, and must sum to 1"));
}

}  // namespace
}  // namespace murmur::topology
