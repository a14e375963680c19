// SPDX-License-Identifier: Apache-2.0
// [gradient] under every registered algorithm: several batches are one large batch, settings that
// cannot act change no bit, and no result depends on the world or on an interruption.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/engine/exchange/buckets.h"
#include "tests/support/example_batches.h"
#include "tests/support/resumed.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 5;
const std::vector<double> kRates{0.1, 0.1, 0.05, 0.2, 0.0, 0.1};

template <class S>
RunSpec<S> spec_of(const Variant& variant,
                   const engine::GradientSettings& gradient,
                   std::int64_t batch_size = 2) {
  return {.program = variant.algorithm->program<S>(variant.options),
          .topology = topology_of("ring", kWorkers),
          .problem = [=] { return std::make_unique<ExampleBatches<S>>(kWorkers, batch_size); },
          .rates = kRates,
          .weight_decay = 0.01,
          .gradient = gradient};
}

// Epochs of seven batches: steps of 3, 3 and 1.
engine::GradientSettings everything() {
  return {.accumulate = 3,
          .sharpness = 0.05,
          .clip_norm = 0.7,
          .batches_of_step = [](int /*worker*/, std::int64_t batch) {
            return std::min<std::int64_t>(3, 7 - batch % 7);
          }};
}

class EveryGradient : public ::testing::TestWithParam<Variant> {};

INSTANTIATE_TEST_SUITE_P(Registry,
                         EveryGradient,
                         ::testing::ValuesIn(variants()),
                         [](const auto& info) { return test_name_of(info.param); });

// Up to the rounding of sums in another order, which Adam's division by small roots enlarges.
TEST_P(EveryGradient, OfSeveralBatchesIsThatOfOneLargeBatch) {
  const Rows<double> several = run(spec_of<double>(GetParam(), {.accumulate = 3}, 2));
  const Rows<double> large = run(spec_of<double>(GetParam(), {}, 6));
  ASSERT_EQ(several.size(), large.size());
  for (std::size_t r = 0; r < large.size(); ++r) {
    for (std::size_t k = 0; k < large[r].size(); ++k) {
      ASSERT_NEAR(several[r][k], large[r][k], 1e-9 * std::max(1.0, std::abs(large[r][k])));
    }
  }
}

TEST_P(EveryGradient, KeepsEveryBitBelowTheNormOfClipping) {
  const Rows<float> plain = run(spec_of<float>(GetParam(), {}));
  const auto clipped = spec_of<float>(GetParam(), {.clip_norm = 1e6});
  EXPECT_EQ(plain, run(clipped));
  EXPECT_EQ(plain, run(clipped, {.threads = 2, .ownership = {2, 3}}));
  EXPECT_NE(plain, run(spec_of<float>(GetParam(), {.clip_norm = 1e-3})));
}

TEST_P(EveryGradient, IsTheSameInEveryWorld) {
  const auto spec = spec_of<float>(GetParam(), everything());
  const Rows<float> one = run(spec);
  EXPECT_EQ(one, run(spec, {.threads = 3, .ownership = {}}));
  for (const std::vector<int>& split : {std::vector<int>{2, 3}, {1, 3, 1}, {1, 1, 1, 1, 1}}) {
    EXPECT_EQ(one, run(spec, {.threads = 2, .ownership = split})) << split.size();
    EXPECT_EQ(one, run(spec, {.threads = 1, .ownership = split, .shares_memory = true}))
        << split.size() << " on one host";
  }
}

// Each of the settings alone, so that messages leave in the last pass and after it.
TEST_P(EveryGradient, IsTheSameInBuckets) {
  for (const engine::GradientSettings& gradient : {engine::GradientSettings{.accumulate = 2},
                                                   engine::GradientSettings{.sharpness = 0.1},
                                                   engine::GradientSettings{.clip_norm = 0.5}}) {
    auto spec = spec_of<float>(GetParam(), gradient);
    spec.topology = topology_of("ring", 3);
    spec.problem = [] {
      return std::make_unique<RandomQuadratic<float>>(
          3, RandomQuadratic<float>::Kind{}, RandomQuadratic<float>::Shape{40, 1000, 34'000});
    };
    spec.rates = {0.1, 0.05};
    ASSERT_GT(engine::Buckets(spec.problem()->layout(), sizeof(float)).count(), 1U);
    EXPECT_EQ(run(spec), run(spec, {.threads = 2, .ownership = {1, 2}}));
  }
}

TEST_P(EveryGradient, GoesOnFromACheckpoint) {
  expect_resumes_anywhere(
      spec_of<float>(GetParam(), everything()), GetParam().label, {.ownership = {2, 3}});
}

// A problem need not announce what is final.
class HalfAnnounced : public ExampleBatches<float> {
 public:
  using ExampleBatches<float>::ExampleBatches;
  void gradients(std::span<problems::GradientJob<float>> jobs,
                 int thread,
                 const problems::RangeReady& ready) override {
    ExampleBatches<float>::gradients(jobs, thread, [&](std::size_t job, CoordinateRange range) {
      if (range.begin > 0) {
        ready(job, range);
      }
    });
  }
};

TEST_P(EveryGradient, IsAMeanAlsoWhereNothingIsAnnounced) {
  auto spec = spec_of<float>(GetParam(), {.accumulate = 3});
  const Rows<float> announced = run(spec);
  spec.problem = [] { return std::make_unique<HalfAnnounced>(kWorkers, 2); };
  EXPECT_EQ(run(spec), announced);
}

RunSpec<double> sgd(const engine::GradientSettings& gradient) {
  const auto* algorithm = algorithms::find_algorithm("sgd");
  auto spec = spec_of<double>({"sgd", algorithm, OptionValues(algorithm->options)}, gradient);
  spec.problem = [] { return std::make_unique<RandomQuadratic<double>>(kWorkers); };
  return spec;
}

// One step of `solo` at rate 0.1 against formula(a, x, c, norm of the gradient at x, decay).
template <class Formula>
void expect_step(const engine::GradientSettings& gradient, const Formula& formula) {
  const Solo<double> solo(sgd(gradient));
  const auto& problem = dynamic_cast<const RandomQuadratic<double>&>(*solo.problem);
  const Rows<double> before = rows_of(*solo.engine);
  ASSERT_TRUE(solo.engine->step(0.1));
  for (int worker = 0; worker < kWorkers; ++worker) {
    const std::vector<double>& x = before[static_cast<std::size_t>(worker)];
    double squares = 0;
    for (const TensorSlot& slot : problem.layout().tensors()) {
      for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
        squares += std::pow(problem.curvature(worker, k) * (x[k] - problem.center(worker, k)), 2);
      }
    }
    for (const TensorSlot& slot : problem.layout().tensors()) {
      for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
        const double a = problem.curvature(worker, k);
        const double c = problem.center(worker, k);
        const double g = formula(a, x[k], c, std::sqrt(squares)) + 0.01 * x[k];
        ASSERT_NEAR(solo.engine->model(worker)[k], x[k] - 0.1 * g, 1e-13) << k;
      }
    }
  }
}

TEST(Sharpness, IsTheGradientAtThePerturbedModel) {
  expect_step({.sharpness = 0.3}, [](double a, double x, double c, double norm) {
    return a * (x + 0.3 * a * (x - c) / (norm + 1e-12) - c);
  });
}

TEST(Clipping, ScalesTheDataGradientBeforeTheDecay) {
  expect_step({.clip_norm = 2}, [](double a, double x, double c, double norm) {
    return a * (x - c) * std::min(1.0, 2 / (norm + 1e-6));
  });
}

TEST(Sharpness, LeavesAFlatProblemAlone) {
  auto spec = sgd({.sharpness = 0.5, .clip_norm = 1});
  spec.weight_decay = 0;
  spec.problem = [] {
    return std::make_unique<RandomQuadratic<double>>(
        kWorkers, RandomQuadratic<double>::Kind{.flat = true}, RandomQuadratic<double>::Shape{});
  };
  const Solo<double> untouched(spec);
  EXPECT_EQ(run(spec), rows_of(*untouched.engine));
}

TEST(BatchNumbers, CountWhatEachWorkerHasBegun) {
  const Solo<double> plain(sgd({}));
  const Solo<double> several(sgd(everything()));
  const std::vector<std::int64_t> begun{3, 6, 7, 10, 13, 14};
  for (std::size_t step = 0; step < begun.size(); ++step) {
    ASSERT_TRUE(plain.engine->step(0.1));
    ASSERT_TRUE(several.engine->step(0.1));
    EXPECT_TRUE(plain.engine->counters().batches.empty());
    EXPECT_EQ(several.engine->counters().batches, std::vector<std::int64_t>(kWorkers, begun[step]));
    const auto taken = static_cast<double>(begun[step] - (step == 0 ? 0 : begun[step - 1]));
    EXPECT_EQ(several.engine->loss_weights()[0], taken);
  }
}

// Workers of different speeds; a checkpoint of an earlier version has no numbers of batches.
TEST(BatchNumbers, OfEventsAreThoseOfTheGradients) {
  const auto* algorithm = algorithms::find_algorithm("ad-psgd");
  auto spec = spec_of<double>({"ad-psgd", algorithm, OptionValues(algorithm->options)}, {});
  const engine::Pace pace{
      .gradient_s = [](int worker, std::int64_t, double) { return 1.0 + worker % 3; }};
  spec.schedule = std::make_shared<engine::EventSchedule>(spec.topology, pace, 3);
  const Rows<double> straight = run(spec);
  const Solo<double> first(spec);
  for (int step = 0; step < 3; ++step) {
    ASSERT_TRUE(first.engine->step(kRates[static_cast<std::size_t>(step)]));
  }
  EXPECT_FALSE(first.engine->counters().batches.empty());
  for (const bool earlier : {false, true}) {
    const Solo<double> second(spec);
    for (int worker = 0; worker < kWorkers; ++worker) {
      for (std::size_t f = 0; f < spec.program.fields.size(); ++f) {
        if (spec.program.fields[f].kind != FieldKind::kScratch) {
          std::ranges::copy(first.engine->row(f, worker),
                            second.engine->mutable_row(f, worker).begin());
        }
      }
    }
    engine::Counters counters = first.engine->counters();
    if (earlier) {
      counters.batches.clear();
    }
    second.engine->restore(counters);
    for (std::size_t step = 3; step < kRates.size(); ++step) {
      ASSERT_TRUE(second.engine->step(kRates[step]));
    }
    EXPECT_EQ(rows_of(*second.engine), straight);
  }
}

}  // namespace
}  // namespace murmur::testing
