// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/comm/adaptive_timeout.h"
#include "murmur/comm/in_process/in_process_fabric.h"

namespace murmur::comm {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(ExchangeTexts, GivesBackTheOwnOneToAProcessAlone) {
  InProcessFabric hub(1);
  const auto transport = hub.transport(0);
  const auto texts = exchange_texts(*transport, "mine");
  ASSERT_TRUE(texts);
  EXPECT_THAT(texts.value(), ::testing::ElementsAre("mine"));
}

TEST(ExchangeTexts, FailsWhereAProcessIsGone) {
  InProcessFabric hub(2, minutes(1));
  const auto transport = hub.transport(0);
  hub.transport(1).reset();
  const auto texts = exchange_texts(*transport, "mine");
  ASSERT_FALSE(texts);
  EXPECT_EQ(texts.failure().kind, FailureKind::kPeer);
  EXPECT_THAT(texts.failure().message, ::testing::HasSubstr("process 1"));
}

TEST(AdaptiveTimeout, KnowsNothingBeforeTheFirstRound) {
  EXPECT_EQ(AdaptiveTimeout(seconds(1)).limit(), minutes(2));
  EXPECT_EQ(AdaptiveTimeout(minutes(5)).limit(), minutes(5));
}

TEST(AdaptiveTimeout, DoesNotCountTheFirstRound) {
  AdaptiveTimeout patience(seconds(1));
  patience.observe(seconds(30));
  EXPECT_EQ(patience.limit(), seconds(1));
}

TEST(AdaptiveTimeout, GrowsWithTheUsualRoundAndWithTheLongest) {
  AdaptiveTimeout patience(seconds(1));
  patience.observe(seconds(0));
  for (int round = 0; round < 100; ++round) {
    patience.observe(seconds(3));
  }
  EXPECT_GT(patience.limit(), seconds(29));
  EXPECT_LE(patience.limit(), seconds(30));
  patience.observe(seconds(40));
  for (int round = 0; round < 100; ++round) {
    patience.observe(milliseconds(1));
  }
  EXPECT_EQ(patience.limit(), seconds(80));
}

TEST(AdaptiveTimeout, IsNeverLessThanItsFloor) {
  AdaptiveTimeout patience(seconds(1));
  patience.observe(milliseconds(3));
  patience.observe(milliseconds(3));
  EXPECT_EQ(patience.limit(), seconds(1));
}

}  // namespace
}  // namespace murmur::comm
