// SPDX-License-Identifier: Apache-2.0
// Laws that every registered algorithm obeys in every variant of its options.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/engine/exchange/buckets.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

const std::vector<double> kRates{0.1, 0.1, 0.05, 0.05, 0.2, 0.0, 0.1};

template <class S>
RunSpec<S> spec_of(const Variant& variant,
                   int workers,
                   typename RandomQuadratic<S>::Kind kind,
                   const std::string& topology = "ring") {
  const Program<S> program = variant.algorithm->program<S>(variant.options);
  return {.program = program,
          .topology = topology_for(program, topology, workers),
          .problem =
              [=] {
                return std::make_unique<RandomQuadratic<S>>(
                    workers, kind, typename RandomQuadratic<S>::Shape{});
              },
          .rates = kRates,
          .weight_decay = 0.01};
}

class EveryAlgorithm : public ::testing::TestWithParam<Variant> {};

// All workers step together and alike. An asynchronous worker that averages with a neighbor takes
// over half of the neighbor's steps, and equally fast workers act in the order of their numbers.
class EverySynchronousAlgorithm : public ::testing::TestWithParam<Variant> {};

// Algorithms with a model per worker: there are rows to mix. With one model for all workers,
// different starts are refused.
class EveryAlgorithmOfManyModels : public ::testing::TestWithParam<Variant> {};

std::string test_name(const ::testing::TestParamInfo<Variant>& info) {
  return test_name_of(info.param);
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryAlgorithm, ::testing::ValuesIn(variants()), test_name);
INSTANTIATE_TEST_SUITE_P(Registry,
                         EverySynchronousAlgorithm,
                         ::testing::ValuesIn(variants_where([](const Program<double>& program) {
                           return !program.is_asynchronous() &&
                                  engine::fields_of_edges(program) == 0;
                         })),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Registry,
                         EveryAlgorithmOfManyModels,
                         ::testing::ValuesIn(variants_where([](const Program<double>& program) {
                           return !program.keeps_one_model();
                         })),
                         test_name);

TEST_P(EveryAlgorithm, LearnsAndStaysFinite) {
  Solo<double> solo(spec_of<double>(GetParam(), 4, {}));
  double first = 0;
  double last = 0;
  for (int step = 0; step < 60; ++step) {
    const auto losses = solo.engine->step(0.02);
    ASSERT_TRUE(losses);
    last = 0;
    for (const double loss : losses.value()) {
      last += loss;
    }
    ASSERT_TRUE(std::isfinite(last));
    first = step == 0 ? last : first;
  }
  EXPECT_LT(last, 0.95 * first);
}

// Along a tree, which looks different from every worker, with delays.
template <class S>
bool relays(const Program<S>& program) {
  return engine::fields_of_edges(program) != 0;
}

// With messages in flight, or relayed, a model is a quotient of sums and equal up to rounding, as
// are sums of cross-gradients by their weights; otherwise it is exactly equal.
void expect_equal_models(const Solo<float>& a, const Solo<float>& b, int worker_of_b) {
  const Program<float>& program = a.engine->program();
  const bool rounds = program.slots() > 0 || engine::rows_per_edge(program) > 0 || relays(program);
  const float margin = rounds ? 4e-6F : 0.0F;
  for (int worker = 0; worker < a.problem->workers(); ++worker) {
    for (std::size_t k = 0; k < a.engine->layout().row_size(); ++k) {
      const float expected = b.engine->model(worker_of_b < 0 ? worker : worker_of_b)[k];
      ASSERT_NEAR(a.engine->model(worker)[k], expected, margin * std::max(0.1F, std::abs(expected)))
          << worker;
    }
  }
}

void take_steps(const Solo<float>& solo) {
  for (const double rate : kRates) {
    ASSERT_TRUE(solo.engine->step(rate));
  }
}

// sign(0) = +1.
bool follows_signs(const Program<double>& program) {
  return program.name == "signum";
}

TEST_P(EveryAlgorithm, RestsWhereNothingPulls) {
  if (follows_signs(GetParam().algorithm->program<double>(GetParam().options))) {
    return;
  }
  RunSpec<float> spec = spec_of<float>(GetParam(), 5, {.flat = true});
  spec.weight_decay = 0;
  const Solo<float> moved(spec);
  const Solo<float> untouched(spec);
  take_steps(moved);
  expect_equal_models(moved, untouched, -1);
}

TEST_P(EveryAlgorithm, GivesTheSameBitsOnAnyNumberOfThreads) {
  const RunSpec<float> spec = spec_of<float>(GetParam(), 5, {});
  const Rows<float> one = run(spec, {.threads = 1, .ownership = {}});
  EXPECT_EQ(one, run(spec, {.threads = 2, .ownership = {}}));
  EXPECT_EQ(one, run(spec, {.threads = 3, .ownership = {}}));
}

TEST_P(EveryAlgorithm, GivesTheSameBitsHoweverTheWorkersAreSplit) {
  const RunSpec<float> spec = spec_of<float>(GetParam(), 5, {});
  const Rows<float> one = run(spec);
  const std::vector<std::vector<int>> splits{{2, 3}, {1, 3, 1}, {4, 1}, {1, 1, 1, 1, 1}};
  for (const std::vector<int>& split : splits) {
    EXPECT_EQ(one, run(spec, {.threads = 1, .ownership = split})) << split.size();
    EXPECT_EQ(one, run(spec, {.threads = 1, .ownership = split, .shares_memory = true}))
        << split.size() << " on one host";
  }
}

// Rows of several buckets, which are sent while the gradient is computed.
TEST_P(EveryAlgorithm, GivesTheSameBitsInBuckets) {
  RunSpec<float> spec = spec_of<float>(GetParam(), 3, {});
  spec.problem = [] {
    return std::make_unique<RandomQuadratic<float>>(
        3,
        RandomQuadratic<float>::Kind{},
        RandomQuadratic<float>::Shape{
            .matrix_rows = 40, .matrix_columns = 1000, .vector_size = 34'000});
  };
  spec.rates = {0.1, 0.1, 0.05};
  ASSERT_GT(engine::Buckets(spec.problem()->layout(), sizeof(float)).count(), 1U);
  EXPECT_EQ(run(spec), run(spec, {.threads = 2, .ownership = {1, 2}}));
  EXPECT_EQ(run(spec), run(spec, {.threads = 2, .ownership = {1, 2}, .shares_memory = true}));
}

TEST_P(EveryAlgorithm, GivesTheSameBitsOverATimeVaryingGraphHoweverSplit) {
  const RunSpec<double> spec = spec_of<double>(GetParam(), 6, {}, "one-peer-exponential");
  EXPECT_EQ(run(spec), run(spec, {.threads = 2, .ownership = {1, 4, 1}}));
  EXPECT_EQ(run(spec), run(spec, {.threads = 2, .ownership = {1, 4, 1}, .shares_memory = true}));
}

// Workers with the same data behave as one worker: mixing equal rows changes nothing.
TEST_P(EverySynchronousAlgorithm, KeepsAlikeWorkersEqualToOneAlone) {
  const Solo<float> many(spec_of<float>(GetParam(), 4, {.alike = true}));
  const Solo<float> alone(spec_of<float>(GetParam(), 1, {.alike = true}));
  take_steps(many);
  take_steps(alone);
  // With messages in flight a group moves further than a single worker: compare the group with
  // itself.
  expect_equal_models(many, many.engine->program().slots() > 0 ? many : alone, 0);
}

// A ring looks the same from every worker, so rotating the data around the ring rotates the result.
TEST_P(EverySynchronousAlgorithm, RenamesTheResultWhenWorkersAreRenamed) {
  const int workers = 5;
  const Rows<double> plain = run(spec_of<double>(GetParam(), workers, {}));
  const Rows<double> turned = run(spec_of<double>(GetParam(), workers, {.first = 2}));
  const std::size_t fields = plain.size() / static_cast<std::size_t>(workers);
  for (std::size_t r = 0; r < plain.size(); ++r) {
    const std::vector<double>& theirs = plain[(r + 2 * fields) % plain.size()];
    for (std::size_t k = 0; k < theirs.size(); ++k) {
      ASSERT_NEAR(turned[r][k], theirs[k], 1e-11 * std::max(1.0, std::abs(theirs[k])));
    }
  }
}

// The smallest normal numbers, of both signs, and small multiples.
void fill_with_tiny_numbers(std::span<float> row) {
  for (std::size_t k = 0; k < row.size(); ++k) {
    const auto multiple = static_cast<float>(k % 7) - 3;
    row[k] = multiple * std::numeric_limits<float>::min();
  }
}

// Arithmetic on denormal numbers is a hundred times slower, and a value that decays towards zero
// would stay denormal forever.
TEST_P(EveryAlgorithm, KeepsNoDenormalNumbers) {
  RunSpec<float> spec = spec_of<float>(GetParam(), 4, {.flat = true});
  spec.weight_decay = 0;
  for (const int threads : {1, 2}) {
    const Solo<float> solo(spec, threads);
    const std::vector<Field>& fields = solo.engine->program().fields;
    for (int worker = 0; worker < 4; ++worker) {
      for (std::size_t f = 0; f < fields.size(); ++f) {
        if (fields[f].kind != FieldKind::kScratch) {
          fill_with_tiny_numbers(solo.engine->mutable_row(f, worker));
        }
      }
    }
    take_steps(solo);
    for (const std::vector<float>& row : rows_of(*solo.engine)) {
      EXPECT_TRUE(std::none_of(row.begin(), row.end(), [](float value) {
        return std::fpclassify(value) == FP_SUBNORMAL;
      }));
    }
  }
}

TEST_P(EveryAlgorithm, KeepsPaddingAtZero) {
  Solo<float> solo(spec_of<float>(GetParam(), 3, {}));
  for (const double rate : kRates) {
    ASSERT_TRUE(solo.engine->step(rate));
  }
  const Layout& layout = solo.engine->layout();
  std::vector<bool> padding(layout.row_size(), true);
  for (const TensorSlot& slot : layout.tensors()) {
    std::fill_n(padding.begin() + static_cast<std::ptrdiff_t>(slot.offset), slot.size, false);
  }
  ASSERT_GT(std::count(padding.begin(), padding.end(), true), 0);
  for (const std::vector<float>& row : rows_of(*solo.engine)) {
    for (std::size_t k = 0; k < row.size(); ++k) {
      ASSERT_TRUE(!padding[k] || row[k] == 0) << k;
    }
  }
}

TEST_P(EveryAlgorithmOfManyModels, KeepsTheMeanWhereNothingPulls) {
  const Program<double> program = GetParam().algorithm->program<double>(GetParam().options);
  if (follows_signs(program) || relays(program)) {
    return;
  }
  RunSpec<double> spec = spec_of<double>(GetParam(), 6, {.flat = true, .starts_differ = true});
  spec.weight_decay = 0;
  Solo<double> solo(spec);
  const std::size_t size = solo.engine->layout().row_size();
  std::vector<double> before(size);
  std::vector<double> after(size);
  ASSERT_TRUE(solo.engine->average_model(before));
  const double apart = solo.engine->consensus_distance(before).value();
  for (int step = 0; step < 60; ++step) {
    ASSERT_TRUE(solo.engine->step(0.1));
  }
  ASSERT_TRUE(solo.engine->average_model(after));
  // Adam forms turn displacements of any size into steps of one size: there the mean may move.
  if (program.name != "qg-dadam") {
    for (std::size_t k = 0; k < size; ++k) {
      ASSERT_NEAR(before[k], after[k], 1e-13);
    }
  }
  if (program.mixes() && program.name != "qg-dadam") {
    EXPECT_LT(solo.engine->consensus_distance(after).value(), 0.5 * apart);
  }
}

}  // namespace
}  // namespace murmur::testing
