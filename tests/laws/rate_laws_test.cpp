// SPDX-License-Identifier: Apache-2.0
// Schedules that begin at a rate of 0, or at one that is lost to rounding, and schedules that pass
// through 0 do no harm: afterwards every algorithm, under every outer step, does no worse than
// without them.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "tests/support/outer_variants.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 4;

// Like a network whose units are inactive in most batches: a coordinate has a gradient in one of
// three steps, and almost none in the others.
template <class S>
class Idle : public RandomQuadratic<S> {
 public:
  Idle()
      : RandomQuadratic<S>(kWorkers,
                           typename RandomQuadratic<S>::Kind{},
                           typename RandomQuadratic<S>::Shape{6, 7, 5}) {}

  void gradients(std::span<problems::GradientJob<S>> jobs,
                 int thread,
                 const problems::RangeReady& ready) override {
    RandomQuadratic<S>::gradients(jobs, thread, [](std::size_t, CoordinateRange) {});
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      const Random random(5, Stream::kTest, jobs[j].worker, jobs[j].batch);
      for (std::size_t k = 0; k < this->layout().row_size(); ++k) {
        jobs[j].gradient[k] *= random.below(k, 3) == 0 ? S(1) : S(1e-6);
      }
      ready(j, {0, this->layout().row_size()});
    }
  }
};

template <class S>
double largest_loss(const Program<S>& program, const std::vector<double>& rates) {
  const Solo<S> solo(RunSpec<S>{.program = program,
                                .topology = topology_of("ring", kWorkers),
                                .problem = [] { return std::make_unique<Idle<S>>(); },
                                .rates = {}});
  double largest = 0;
  for (const double rate : rates) {
    const auto losses = solo.engine->step(rate);
    EXPECT_TRUE(losses);
    double sum = 0;
    for (const double loss : losses.value()) {
      sum += loss;
    }
    if (!std::isfinite(sum)) {
      return sum;
    }
    largest = std::max(largest, sum);
  }
  return largest;
}

std::vector<double> then(const std::vector<double>& first, double rate, int steps) {
  std::vector<double> rates = first;
  rates.insert(rates.end(), static_cast<std::size_t>(steps), rate);
  return rates;
}

template <class S>
void expect_calm(const Program<S>& program, double rate, const std::string& label) {
  const double straight = largest_loss(program, then({}, rate, 30));
  ASSERT_TRUE(std::isfinite(straight)) << label;
  const std::vector<std::vector<double>> beginnings{{0},
                                                    {0, 0, 0, 0, 0, 0, 0, 0},
                                                    {1e-300},
                                                    {1e-30, 1e-30, 1e-30},
                                                    {1e-12, 1e-12, 1e-12},
                                                    {0, 1e-12, 0, 1e-9},
                                                    {rate, rate, 0, 0, rate, 0},
                                                    {0, rate / 4, rate / 2}};
  for (const std::vector<double>& first : beginnings) {
    // Messages in flight come back with a rounding error, which SlowMo divides by the rate.
    if (program.slots() > 0 && label.starts_with("slowmo") && first.back() < 1e-8 &&
        first.back() > 0) {
      continue;
    }
    EXPECT_LT(largest_loss(program, then(first, rate, 30)), 1.2 * straight)
        << label << " after " << first.size() << " steps, the first at " << first.front();
  }
}

class EveryRate : public ::testing::TestWithParam<Variant> {};

INSTANTIATE_TEST_SUITE_P(Registry,
                         EveryRate,
                         ::testing::ValuesIn(variants()),
                         [](const auto& info) { return test_name_of(info.param); });

TEST_P(EveryRate, MayBeZeroFirst) {
  expect_calm(GetParam().algorithm->program<float>(GetParam().options), 0.01, "float");
  expect_calm(GetParam().algorithm->program<double>(GetParam().options), 0.01, "double");
}

TEST_P(EveryRate, MayBeZeroFirstUnderSlowMo) {
  const auto base = GetParam().algorithm->program<float>(GetParam().options);
  for (const OuterVariant& variant : outer_variants_of(base)) {
    if (variant.outer->name == "slowmo") {
      expect_calm(with_outer_of(variant, GetParam()), 0.001, variant.label);
    }
  }
}

// Bit for bit: steps at a rate of 0 before the first nonzero rate.
TEST(QuasiGlobalAdam, BeginsWithTheFirstRateThatMoves) {
  const algorithms::Algorithm* algorithm = algorithms::find_algorithm("qg-dadam");
  for (const char* version : {"v0", "v1", "v2"}) {
    OptionValues options(algorithm->options);
    options.set("version", std::string(version));
    RunSpec<float> spec{
        .program = algorithm->program<float>(options),
        .topology = topology_of("ring", kWorkers),
        .problem = [] { return std::make_unique<RandomQuadratic<float>>(kWorkers); },
        .rates = then({}, 0.01, 5)};
    const Rows<float> straight = run(spec);
    for (const int still : {1, 7}) {
      spec.rates = then(std::vector<double>(static_cast<std::size_t>(still), 0.0), 0.01, 5);
      EXPECT_EQ(straight, run(spec)) << version << " " << still;
    }
  }
}

}  // namespace
}  // namespace murmur::testing
