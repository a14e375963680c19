// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/host_program.h"

#include <cfenv>
#include <limits>

#include <gtest/gtest.h>

namespace murmur {
namespace {

#if defined(__SSE2__)
float half_of_the_smallest() {
  const volatile float smallest = std::numeric_limits<float>::min();
  return smallest / 2;
}

float third() {
  const volatile float one = 1;
  const volatile float three = 3;
  return one / three;
}

TEST(FlushDenormals, FlushesAndPutsBack) {
  {
    const FlushDenormals guard;
    EXPECT_EQ(half_of_the_smallest(), 0.0F);
  }
  EXPECT_GT(half_of_the_smallest(), 0.0F);
}

TEST(FlushDenormals, ComputesAlikeHoweverTheHostRounds) {
  const float nearest = third();
  std::fesetround(FE_DOWNWARD);
  const float downward = third();
  float inside = 0;
  {
    const FlushDenormals guard;
    inside = third();
  }
  const float behind = third();
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(inside, nearest);
  EXPECT_NE(downward, nearest);
  EXPECT_EQ(behind, downward);
}

TEST(WithFloatMode, GivesAHostItsOwnModeWithinTheEngines) {
  const FloatMode host = FloatMode::current();
  const FlushDenormals engine;
  {
    const WithFloatMode guard(host);
    EXPECT_GT(half_of_the_smallest(), 0.0F);
  }
  EXPECT_EQ(half_of_the_smallest(), 0.0F);
}
#endif

}  // namespace
}  // namespace murmur
