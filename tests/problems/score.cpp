// SPDX-License-Identifier: Apache-2.0
// Named sums.
#include "murmur/problems/score.h"

#include <gtest/gtest.h>

namespace murmur::problems {
namespace {

TEST(Score, AddsSumsOfTheSameName) {
  Score total;
  total += {{{kLoss, 1.5, 3}, {kCorrect, 2, 3}}};
  total += {{{kCorrect, 4, 5}, {kLoss, 0.25, 5}}};
  EXPECT_EQ(total.sums.size(), 2U);
  EXPECT_EQ(total.of(kLoss).sum, 1.75);
  EXPECT_EQ(total.of(kLoss).count, 8);
  EXPECT_EQ(total.of(kLoss).mean(), 1.75 / 8);
  EXPECT_EQ(total.of(kCorrect).sum, 6);
  EXPECT_EQ(total.find(kSquaredError), nullptr);
}

TEST(Score, KeepsWhatOnlyOneHas) {
  Score total{{{kLoss, 1, 1}}};
  total += {{{kSquaredError, 2, 4}}};
  total += Score();
  EXPECT_EQ(total.of(kLoss).sum, 1);
  EXPECT_EQ(total.of(kSquaredError).mean(), 0.5);
}

}  // namespace
}  // namespace murmur::problems
