// SPDX-License-Identifier: Apache-2.0
// Closed forms of each problem, the options that it refuses, and the noise.
#include "murmur/problems/analytic.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/problems/examples.h"

namespace murmur::problems {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& name, int workers, const OptionValues& options) {
  const auto made = make_problem<double>(name, workers, options, 1);
  if (made) {
    return "not refused";
  }
  EXPECT_EQ(made.failure().kind, FailureKind::kInvalid);
  return made.failure().message;
}

TEST(Quadratic, IsHalfTheWeightedSquare) {
  const auto problem =
      made<double>("quadratic", 2, separable_options({{2, 4}, {1, 3}}, {{1, -1}}, {{0, 0}}));
  const std::vector<double> x{3, 1, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(problem->loss(0, x.data(), 0), 0.5 * (2 * 4 + 4 * 4));
  EXPECT_EQ(problem->loss(1, x.data(), 0), 0.5 * (1 * 4 + 3 * 4));
  const Answer<double> at = answer(*problem, 1, x);
  EXPECT_EQ(at.gradient[0], 2);
  EXPECT_EQ(at.gradient[1], 6);
}

TEST(Quartic, IsAQuarterOfTheFourthPower) {
  const auto problem = made<double>("quartic", 1, separable_options({{2, 4}}, {{1, -1}}, {{0, 0}}));
  const std::vector<double> x{3, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(problem->loss(0, x.data(), 0), 0.25 * (2 * 16 + 4 * 1));
  const Answer<double> at = answer(*problem, 0, x);
  EXPECT_EQ(at.gradient[0], 16);
  EXPECT_EQ(at.gradient[1], 4);
}

OptionValues around(Table center, Table start) {
  OptionValues values;
  values.set("center", std::move(center));
  values.set("start", std::move(start));
  return values;
}

TEST(Distance, HasAGradientOfUnitLength) {
  // Also where the squares of the coordinates would overflow or vanish.
  for (const double scale : {1e-200, 1e-3, 1.0, 1e200}) {
    const auto far = made<double>("distance", 1, around({{0, 0}}, {{0, 0}}));
    const std::vector<double> x{3 * scale, -4 * scale, 0, 0, 0, 0, 0, 0};
    EXPECT_DOUBLE_EQ(far->loss(0, x.data(), 0), 5 * scale);
    EXPECT_DOUBLE_EQ(answer(*far, 0, x).gradient[0], 0.6);
    EXPECT_DOUBLE_EQ(answer(*far, 0, x).gradient[1], -0.8);
  }
}

TEST(Distance, IsAtRestAtItsCenter) {
  const auto problem = made<double>("distance", 1, around({{1, 2}}, {{0, 0}}));
  const std::vector<double> x{1, 2, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(problem->loss(0, x.data(), 0), 0);
  EXPECT_EQ(answer(*problem, 0, x).gradient, std::vector<double>(8, 0));
}

OptionValues starting(Table start) {
  OptionValues values;
  values.set("start", std::move(start));
  return values;
}

TEST(Rosenbrock, HasItsKnownValues) {
  const auto problem = made<double>("rosenbrock", 2, starting({{-1.2, 1}}));
  const std::vector<double> valley{1, 1, 0, 0, 0, 0, 0, 0};
  const std::vector<double> classic{-1.2, 1, 0, 0, 0, 0, 0, 0};
  for (int worker = 0; worker < 2; ++worker) {
    EXPECT_EQ(problem->loss(worker, valley.data(), 0), 0);
    EXPECT_NEAR(problem->loss(worker, classic.data(), 0), 24.2, 1e-12);
    EXPECT_NEAR(answer(*problem, worker, classic).gradient[0], -215.6, 1e-12);
    EXPECT_NEAR(answer(*problem, worker, classic).gradient[1], -88, 1e-12);
  }
}

TEST(Consensus, IsZeroEverywhere) {
  const auto problem = made<double>("consensus", 2, starting({{1, 2, 3}, {4, 5, 6}}));
  const std::vector<double> x{4, 5, 6, 0, 0, 0, 0, 0};
  EXPECT_EQ(problem->loss(1, x.data(), 0), 0);
  EXPECT_EQ(answer(*problem, 1, x).gradient, std::vector<double>(8, 0));
}

TEST(Starts, DifferOnlyWhereTheirNumbersDo) {
  EXPECT_FALSE(made<double>("consensus", 3, starting({{1, 2}}))->starts_differ());
  EXPECT_FALSE(made<double>("consensus", 2, starting({{1, 2}, {1, 2}}))->starts_differ());
  EXPECT_TRUE(made<double>("consensus", 2, starting({{1, 2}, {1, 3}}))->starts_differ());
}

TEST(Noise, HasTheGivenMeanAndDeviation) {
  constexpr double kDeviation = 0.5;
  constexpr std::int64_t kSteps = 20000;
  const auto problem =
      made<double>("quadratic", 1, separable_options({{1, 1}}, {{0, 0}}, {{0, 0}}, kDeviation));
  const std::vector<double> x{2, -3, 0, 0, 0, 0, 0, 0};
  double sum = 0;
  double squares = 0;
  double products = 0;
  for (std::int64_t step = 0; step < kSteps; ++step) {
    const Answer<double> at = answer(*problem, 0, x, step);
    EXPECT_EQ(at.loss, 6.5);  // the loss has no noise
    const double first = at.gradient[0] - 2;
    const double second = at.gradient[1] + 3;
    sum += first + second;
    squares += first * first + second * second;
    products += first * second;
  }
  // Five standard errors: of the mean s/sqrt(n), of the variance s^2 sqrt(2/n), of the covariance
  // s^2/sqrt(n).
  const double draws = 2.0 * kSteps;
  const double variance = kDeviation * kDeviation;
  EXPECT_NEAR(sum / draws, 0, 5 * kDeviation / std::sqrt(draws));
  EXPECT_NEAR(squares / draws, variance, 5 * variance * std::sqrt(2 / draws));
  EXPECT_NEAR(products / kSteps, 0, 5 * variance / std::sqrt(double{kSteps}));
}

TEST(Noise, IsAFunctionOfSeedWorkerAndStep) {
  const OptionValues options = separable_options({{1}}, {{0}}, {{0}}, 1);
  const auto problem = made<double>("quartic", 2, options, 5);
  const auto same = made<double>("quartic", 2, options, 5);
  const auto other = made<double>("quartic", 2, options, 6);
  const std::vector<double> x(8, 0);
  const double noise = answer(*problem, 0, x, 3).gradient[0];
  EXPECT_NE(noise, 0);
  EXPECT_EQ(noise, answer(*same, 0, x, 3).gradient[0]);
  EXPECT_NE(noise, answer(*other, 0, x, 3).gradient[0]);
  EXPECT_NE(noise, answer(*problem, 1, x, 3).gradient[0]);
  EXPECT_NE(noise, answer(*problem, 0, x, 4).gradient[0]);
}

TEST(Problems, RefuseTablesThatDoNotFit) {
  const Table one{{1, 1}};
  EXPECT_THAT(refusal("quadratic", 4, separable_options(Table(3, {1, 1}), one, one)),
              HasSubstr("'curvature' has 3 rows; allowed is one row for all workers, or 4"));
  EXPECT_THAT(refusal("quadratic", 4, separable_options({}, one, one)),
              HasSubstr("'curvature' has 0 rows"));
  EXPECT_THAT(refusal("quartic", 4, separable_options(one, {{}}, one)),
              HasSubstr("row 0 of 'center' is empty"));
  EXPECT_THAT(refusal("quartic", 2, separable_options(one, {{1, 2}, {1}}, one)),
              HasSubstr("row 1 of 'center' has 1 numbers and row 0 has 2"));
  EXPECT_THAT(refusal("quadratic", 2, separable_options(one, one, {{1}})),
              HasSubstr("rows of 'start' have 1 coordinates and 'center' has 2"));
  EXPECT_THAT(refusal("quadratic", 2, separable_options({{1}}, one, one)),
              HasSubstr("rows of 'curvature' have 1 coordinates and 'center' has 2"));
  EXPECT_THAT(refusal("distance", 2, around(one, {{1}})),
              HasSubstr("problem 'distance': rows of 'start' have 1"));
  EXPECT_THAT(refusal("rosenbrock", 2, starting({{1, 2, 3}})),
              HasSubstr("rows of 'start' have 3 coordinates and 'rosenbrock' has 2"));
  EXPECT_THAT(refusal("consensus", 2, starting({{HUGE_VAL}})), HasSubstr("'start' holds inf"));
}

TEST(Problems, RefuseWhatSinglePrecisionCannotHold) {
  const auto made = make_problem<float>("consensus", 1, starting({{1e300}}), 1);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.failure().message, HasSubstr("finite in single precision"));
}

TEST(Problems, NameTheOnesThereAre) {
  EXPECT_THAT(refusal("quadric", 2, starting({{1}})),
              HasSubstr("no problem 'quadric'; allowed are quadratic, quartic, distance"));
}

}  // namespace
}  // namespace murmur::problems
