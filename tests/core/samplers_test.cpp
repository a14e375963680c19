// SPDX-License-Identifier: Apache-2.0
// Distributions by their moments. Every margin is five standard errors in closed form; with fixed
// seeds a correct sampler passes and a wrong one fails.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/core/random.h"

namespace murmur {
namespace {

constexpr std::int64_t kDraws = 200000;
constexpr double kErrors = 5;

// Means of the first four powers.
struct Moments {
  std::array<double, 5> power{};
};

template <class Draw>
Moments moments_of(const Draw& draw) {
  Moments moments;
  for (std::int64_t k = 0; k < kDraws; ++k) {
    double power = 1;
    const double value = draw(static_cast<std::uint64_t>(k));
    for (double& sum : moments.power) {
      sum += power / kDraws;
      power *= value;
    }
  }
  return moments;
}

// `variance`: of the quantity that is averaged.
double margin(double variance) {
  return kErrors * std::sqrt(variance / kDraws);
}

TEST(Uniform, HasItsMoments) {
  const Random random(1, Stream::kTest);
  const Moments m = moments_of([&](std::uint64_t k) { return random.uniform(k); });
  for (int n = 1; n <= 4; ++n) {
    const double mean = 1.0 / (n + 1);
    EXPECT_NEAR(
        m.power[static_cast<std::size_t>(n)], mean, margin(1.0 / (2 * n + 1) - mean * mean));
  }
}

TEST(Uniform, StaysBelowOneAndUsesFiftyThreeBits) {
  const Random random(1, Stream::kTest);
  for (std::uint64_t k = 0; k < 10000; ++k) {
    const double value = random.uniform(k);
    EXPECT_GE(value, 0);
    EXPECT_LT(value, 1);
    EXPECT_EQ(std::ldexp(value, 53), static_cast<double>(random.bits(k) >> 11U));
  }
}

TEST(Below, GivesEveryNumberEquallyOften) {
  const Random random(2, Stream::kTest);
  for (const std::uint64_t limit : {1U, 2U, 3U, 7U, 64U}) {
    std::vector<double> counts(limit, 0);
    for (std::uint64_t k = 0; k < kDraws; ++k) {
      counts.at(random.below(k, limit)) += 1;
    }
    const double p = 1.0 / static_cast<double>(limit);
    for (const double count : counts) {
      EXPECT_NEAR(count / kDraws, p, margin(p * (1 - p))) << limit;
    }
  }
}

TEST(Below, ReachesFarBeyondThirtyTwoBits) {
  const Random random(2, Stream::kTest);
  const std::uint64_t limit = ~0ULL;
  std::uint64_t most = 0;
  for (std::uint64_t k = 0; k < 100; ++k) {
    most = std::max(most, random.below(k, limit));
  }
  EXPECT_GT(most, limit / 10 * 9);
}

void expect_normal(const Moments& m) {
  EXPECT_NEAR(m.power[1], 0, margin(1));
  EXPECT_NEAR(m.power[2], 1, margin(2));
  EXPECT_NEAR(m.power[3], 0, margin(15));
  EXPECT_NEAR(m.power[4], 3, margin(105 - 9));
}

TEST(Normal, HasItsMoments) {
  const Random random(3, Stream::kTest);
  expect_normal(moments_of([&](std::uint64_t k) { return random.normal(k); }));
  RandomSequence sequence(random);
  expect_normal(moments_of([&](std::uint64_t) { return sequence.normal(); }));
}

TEST(Normal, IsTheCosineOfBoxAndMuller) {
  const Random random(3, Stream::kTest);
  for (std::uint64_t k = 0; k < 100; ++k) {
    // 1 - u is never 0, so the logarithm is finite.
    const double radius = std::sqrt(-2 * std::log(1 - random.uniform(2 * k)));
    const double angle = 2 * std::acos(-1.0) * random.uniform(2 * k + 1);
    EXPECT_NEAR(random.normal(k), radius * std::cos(angle), 1e-14);
  }
}

TEST(Normal, HasItsTails) {
  const Random random(4, Stream::kTest);
  for (const double limit : {0.5, 1.0, 2.0, 3.0}) {
    double beyond = 0;
    for (std::uint64_t k = 0; k < kDraws; ++k) {
      beyond += std::fabs(random.normal(k)) > limit ? 1.0 / kDraws : 0;
    }
    const double p = std::erfc(limit / std::sqrt(2));
    EXPECT_NEAR(beyond, p, margin(p * (1 - p)));
  }
}

TEST(Normal, IsIndependentFromIndexToIndex) {
  const Random random(5, Stream::kTest);
  const Moments m =
      moments_of([&](std::uint64_t k) { return random.normal(k) * random.normal(k + 1); });
  EXPECT_NEAR(m.power[1], 0, margin(1));
  EXPECT_NEAR(m.power[2], 1, margin(8 + 2 * 2));  // neighboring products are correlated
}

class Gamma : public testing::TestWithParam<double> {};

TEST_P(Gamma, HasItsMoments) {
  const double a = GetParam();
  RandomSequence sequence(Random(6, Stream::kTest));
  const Moments m = moments_of([&](std::uint64_t) {
    const double value = sequence.gamma(a);
    EXPECT_TRUE(value >= 0 && std::isfinite(value)) << value;
    return value;
  });
  // E g^n = a (a + 1) ... (a + n - 1).
  const double second = a * (a + 1);
  const double fourth = second * (a + 2) * (a + 3);
  EXPECT_NEAR(m.power[1], a, margin(a));
  EXPECT_NEAR(m.power[2], second, margin(fourth - second * second));
}

TEST_P(Gamma, HasTheMeanLogarithmOfItsShape) {
  const double a = GetParam();
  RandomSequence sequence(Random(7, Stream::kTest));
  const Moments m =
      moments_of([&](std::uint64_t) { return std::log(std::fmax(sequence.gamma(a), 1e-300)); });
  // E log g = digamma(a), by a central difference of log Gamma; variance is trigamma(a).
  const double h = 1e-4 * a;
  const double digamma = (std::lgamma(a + h) - std::lgamma(a - h)) / (2 * h);
  const double trigamma = (std::lgamma(a + h) - 2 * std::lgamma(a) + std::lgamma(a - h)) / (h * h);
  EXPECT_NEAR(m.power[1], digamma, margin(trigamma) + 1e-6 * std::fabs(digamma));
}

INSTANTIATE_TEST_SUITE_P(Shapes, Gamma, testing::Values(0.05, 0.1, 0.5, 1.0, 1.5, 10.0, 300.0));

TEST(GammaDeathTest, RefusesAShapeThatIsNotPositive) {
  RandomSequence sequence(Random(1, Stream::kTest));
  EXPECT_DEATH(sequence.gamma(0), "shape = 0");
}

TEST(Permutation, HoldsEveryNumberOnce) {
  for (const std::int64_t count : {0, 1, 2, 3, 10, 1000}) {
    std::vector<std::int64_t> order = permutation(count, Random(8, Stream::kTest, 0, count));
    std::vector<std::int64_t> sorted(static_cast<std::size_t>(count));
    std::iota(sorted.begin(), sorted.end(), std::int64_t{0});
    EXPECT_TRUE(count < 10 || order != sorted);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, sorted);
  }
}

TEST(Permutation, GivesEveryOrderEquallyOften) {
  constexpr std::int64_t kTimes = 24000;
  std::map<std::vector<std::int64_t>, int> counts;
  for (std::int64_t step = 0; step < kTimes; ++step) {
    ++counts[permutation(4, Random(9, Stream::kTest, 0, step))];
  }
  ASSERT_EQ(counts.size(), 24U);
  const double p = 1.0 / 24;
  for (const auto& [order, count] : counts) {
    EXPECT_NEAR(count, kTimes * p, kErrors * std::sqrt(kTimes * p * (1 - p)));
  }
}

TEST(Permutation, IsAFunctionOfItsRandom) {
  EXPECT_EQ(permutation(50, Random(1, Stream::kTest)), permutation(50, Random(1, Stream::kTest)));
  EXPECT_NE(permutation(50, Random(1, Stream::kTest)), permutation(50, Random(2, Stream::kTest)));
}

}  // namespace
}  // namespace murmur
