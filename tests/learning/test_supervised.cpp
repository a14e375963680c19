// SPDX-License-Identifier: Apache-2.0
// The laws of problems/problem.h, for every model in both precisions and with every library.
#include <cmath>
#include <cstring>
#include <limits>
#include <thread>

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/learning/libraries.h"
#include "murmur/learning/supervised.h"
#include "tests/learning/small_problems.h"

namespace murmur::learning::testing {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> matmul_names() {
  std::vector<std::string> names{"torch"};
  if (matmul_library("onednn")) {
    names.emplace_back("onednn");
  }
  return names;
}

template <class S>
class SupervisedOf : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(SupervisedOf, Precisions);

TYPED_TEST(SupervisedOf, GradientHasTheSameBitsOnEveryThreadAndAtEveryCall) {
  for (const std::string& matmul : matmul_names()) {
    for (const std::string& model : model_names()) {
      SupervisedSettings settings = small_settings(model);
      settings.matmul = matmul;
      if (takes_images(model)) {
        settings.data.settings.augment = data::default_transforms({"flip", "crop"});
      }
      const auto problem = make<TypeParam>(settings, 3);
      Row<TypeParam> x = start_of(*problem);
      Row<TypeParam> first(problem->layout().row_size());
      const double loss = gradient(*problem, 1, 4, x, first);
      std::vector<std::vector<TypeParam>> others(3);
      std::vector<double> losses(3);
      std::vector<std::thread> threads;
      for (int thread = 0; thread < 3; ++thread) {
        threads.emplace_back([&, thread] {
          const auto at = static_cast<std::size_t>(thread);
          Row<TypeParam> row(problem->layout().row_size());
          problem->score(x.data(), 0, thread);  // leaves other numbers in all scratch memory
          gradient(*problem, thread, 9, x, row, thread);
          losses[at] = gradient(*problem, 1, 4, x, row, thread);
          others[at] = copy_of(row);
        });
      }
      for (std::thread& thread : threads) {
        thread.join();
      }
      for (std::size_t thread = 0; thread < 3; ++thread) {
        EXPECT_EQ(losses[thread], loss) << model;
        EXPECT_EQ(others[thread], copy_of(first)) << model << " with " << matmul;
      }
    }
  }
}

TYPED_TEST(SupervisedOf, GradientOverwritesTheWholeRowAndZeroesThePadding) {
  for (const std::string& model : model_names()) {
    const auto problem = make<TypeParam>(small_settings(model));
    const Layout& layout = problem->layout();
    Row<TypeParam> x = near_start_of(*problem);
    Row<TypeParam> g(layout.row_size());
    std::ranges::fill(g.span(), std::numeric_limits<TypeParam>::quiet_NaN());
    gradient(*problem, 0, 0, x, g);
    std::size_t next = 0;
    const auto expect_zero = [&](std::size_t end) {
      for (; next < end; ++next) {
        EXPECT_EQ(g[next], 0) << model;
      }
    };
    for (const TensorSlot& slot : layout.tensors()) {
      expect_zero(slot.offset);
      double squares = 0;
      for (; next < slot.offset + slot.size; ++next) {
        squares += static_cast<double>(g[next]) * static_cast<double>(g[next]);
      }
      EXPECT_GT(squares, 0) << slot.name;
      EXPECT_TRUE(std::isfinite(squares)) << slot.name;
    }
    expect_zero(layout.row_size());
  }
}

TYPED_TEST(SupervisedOf, RangesAreAnnouncedLastFirstAndWhenTheyAreDone) {
  for (const std::string& model : model_names()) {
    const auto problem = make<TypeParam>(small_settings(model));
    Row<TypeParam> x = start_of(*problem);
    std::vector<Row<TypeParam>> rows;
    std::vector<problems::GradientJob<TypeParam>> jobs;
    for (int worker = 0; worker < 2; ++worker) {
      rows.emplace_back(problem->layout().row_size());
      std::ranges::fill(rows.back().span(), std::numeric_limits<TypeParam>::quiet_NaN());
    }
    for (int worker = 0; worker < 2; ++worker) {
      jobs.push_back({.batch = 0,
                      .worker = worker,
                      .x = x.data(),
                      .gradient = rows[static_cast<std::size_t>(worker)].data()});
    }
    std::vector<std::size_t> begin(2, problem->layout().row_size());
    problem->gradients(jobs, 0, [&](std::size_t job, CoordinateRange range) {
      EXPECT_EQ(range.end, begin[job]) << model;
      begin[job] = range.begin;
      for (std::size_t k = range.begin; k < range.end; ++k) {
        EXPECT_TRUE(std::isfinite(rows[job][k])) << model;
      }
    });
    EXPECT_EQ(begin, (std::vector<std::size_t>{0, 0})) << model;
  }
}

// A test set of the same examples has the same sums, whichever part of the data they are in.
TYPED_TEST(SupervisedOf, ScoresTheValidationSetAsATestSetOfItsExamples) {
  for (const std::string& model : model_names()) {
    SupervisedSettings settings = small_settings(model);
    if (!settings.data.dataset->training.are_images()) {
      continue;
    }
    settings.data.validation.examples = {3, 4, 5, 17, 40};
    settings.data.settings.augment = data::default_transforms({"flip", "crop"});
    settings.scored = Scored::kValidation;
    const auto validation = make<TypeParam>(settings);
    auto moved = std::make_shared<data::Dataset>(*settings.data.dataset);
    moved->test = examples_of(moved->training, settings.data.validation.examples);
    settings.data.dataset = moved;
    settings.scored = Scored::kTest;
    const auto test = make<TypeParam>(settings);
    Row<TypeParam> x = near_start_of(*test);
    Row<TypeParam> buffers = start_buffers_of(*test);
    const problems::Model<TypeParam> scored{x.data(), buffers.data()};
    ASSERT_EQ(validation->score_parts(), 1) << model;
    const problems::NamedSum validated = validation->score(scored, 0, 0).of(problems::kLoss);
    EXPECT_EQ(validated.sum, test->score(scored, 0, 0).of(problems::kLoss).sum) << model;
    EXPECT_EQ(validated.count, 5) << model;
  }
}

// n N_i / N f_i: the mean over workers of the weighed losses is the mean over examples.
TYPED_TEST(SupervisedOf, WeighsAWorkerByItsExamplesWhereAsked) {
  for (const std::string model : {"mlp", "lenet"}) {
    SupervisedSettings settings = small_settings(model);
    data::TrainingDataSettings& division = settings.data.settings;
    division.partition.amounts = {.kind = data::Amounts::Kind::kShares, .shares = {1, 2, 3}};
    settings.data = data::divide(settings.data.dataset, division).value();
    const auto plain = make<TypeParam>(settings);
    settings.weighs_examples = true;
    const auto weighed = make<TypeParam>(settings);
    Row<TypeParam> x = near_start_of(*plain);
    Row<TypeParam> expected(plain->layout().row_size());
    Row<TypeParam> found(plain->layout().row_size());
    double sum = 0;
    for (int worker = 0; worker < 3; ++worker) {
      const double factor = 3.0 * static_cast<double>(settings.data.partition->count(worker)) / 41;
      sum += factor;
      const double loss = gradient(*plain, worker, 2, x, expected);
      EXPECT_NEAR(gradient(*weighed, worker, 2, x, found), factor * loss, 1e-12) << model;
      for (std::size_t k = 0; k < expected.span().size(); ++k) {
        EXPECT_NEAR(found[k], factor * expected[k], 1e-5) << model << " " << k;
      }
    }
    EXPECT_NEAR(sum, 3, 1e-12) << "the mean of the factors is 1";
  }
}

TYPED_TEST(SupervisedOf, ScoreAndLossAreSumsOverTheirExamples) {
  for (const std::string& model : model_names()) {
    SupervisedSettings settings = small_settings(model);
    const auto problem = make<TypeParam>(settings);
    Row<TypeParam> x = start_of(*problem);
    EXPECT_EQ(problem->score_parts(), 1);
    const problems::Score all = problem->score(x.data(), 0, 0);
    EXPECT_EQ(all.of(problems::kLoss).count, loss_terms(settings, 23));
    settings.evaluation_examples = 7;
    const auto fewer = make<TypeParam>(settings);
    const problems::Score first = fewer->score(x.data(), 0, 0);
    EXPECT_EQ(first.of(problems::kLoss).count, loss_terms(settings, 7));
    EXPECT_LT(first.of(problems::kLoss).sum, all.of(problems::kLoss).sum);
    if (takes_images(model)) {
      EXPECT_LE(first.of(problems::kCorrect).sum, all.of(problems::kCorrect).sum);
    }
    if (!is_same_in_evaluation(model)) {
      continue;
    }
    // Worker 1 has 13 images; an epoch of batches of one visits each of them once.
    settings.data.settings.batches.batch_size = 1;
    settings.data = data::divide(settings.data.dataset, settings.data.settings).value();
    const auto single = make<TypeParam>(settings);
    Row<TypeParam> g(single->layout().row_size());
    double sum = 0;
    for (std::int64_t step = 0; step < 13; ++step) {
      sum += gradient(*single, 1, step, x, g);
    }
    EXPECT_NEAR(problem->loss(1, x.data(), 0), sum / 13, 1e-6) << model;
  }
}

TYPED_TEST(SupervisedOf, StartIsOneForAllWorkers) {
  for (const std::string& model : model_names()) {
    const auto problem = make<TypeParam>(small_settings(model));
    Row<TypeParam> first = start_of(*problem);
    Row<TypeParam> other(problem->layout().row_size());
    problem->start(2, other.span());
    EXPECT_FALSE(problem->starts_differ());
    EXPECT_EQ(copy_of(first), copy_of(other));
  }
}

TYPED_TEST(SupervisedOf, DescentLowersTheLossOfEveryModel) {
  for (const std::string& model : model_names()) {
    const auto problem = make<TypeParam>(small_settings(model));
    Row<TypeParam> x = start_of(*problem);
    Row<TypeParam> g(problem->layout().row_size());
    Row<TypeParam> buffers = start_buffers_of(*problem);
    const double before = problem->loss(0, {x.data(), buffers.data()}, 0);
    // At larger rates small batches throw deep models about, each torch another way.
    const auto rate = static_cast<TypeParam>(is_shallow(model) ? 0.05 : 0.01);
    for (std::int64_t step = 0; step < 100; ++step) {
      gradient(*problem, 0, step, x, g, 0, buffers.data());
      for (std::size_t k = 0; k < g.span().size(); ++k) {
        x[k] -= rate * g[k];
      }
    }
    const double least = is_shallow(model) ? before / 2 : before;
    EXPECT_LT(problem->loss(0, {x.data(), buffers.data()}, 0), least) << model;
  }
}

TEST(Supervised, AugmentsTrainingAlone) {
  SupervisedSettings settings = small_settings("lenet");
  const auto plain = make<float>(settings);
  settings.data.settings.augment = data::default_transforms({"flip", "crop"});
  const auto augmented = make<float>(settings);
  Row<float> x = start_of(*plain);
  Row<float> g(plain->layout().row_size());
  EXPECT_NE(gradient(*plain, 0, 0, x, g), gradient(*augmented, 0, 0, x, g));
  EXPECT_EQ(plain->score(x.data(), 0, 0).of(problems::kLoss).sum,
            augmented->score(x.data(), 0, 0).of(problems::kLoss).sum);
  EXPECT_EQ(plain->loss(0, x.data(), 0), augmented->loss(0, x.data(), 0));
}

// The statistics are those of the batch: 23 test images in batches of 10, 10 and 3, or of 23.
TEST(Supervised, EvaluatesInBatchesWhereScoresDependOnThem) {
  for (const std::string& model : model_names()) {
    SupervisedSettings settings = small_settings(model);
    settings.evaluation_batch = 23;
    const auto together = make<double>(settings);
    settings.evaluation_batch = 10;
    const auto apart = make<double>(settings);
    Row<double> x = near_start_of(*apart);
    const double difference = apart->score(x.data(), 0, 0).of(problems::kLoss).sum -
                              together->score(x.data(), 0, 0).of(problems::kLoss).sum;
    EXPECT_EQ(difference != 0, settings.network.evaluates_by_batch) << model;
  }
}

TEST(Supervised, ShowsNumbersThatAreNone) {
  for (const std::string& model : model_names()) {
    const auto problem = make<float>(small_settings(model));
    Row<float> x = start_of(*problem);
    Row<float> g(problem->layout().row_size());
    x[0] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(std::isnan(gradient(*problem, 0, 0, x, g))) << model;
    EXPECT_TRUE(std::isnan(problem->score(x.data(), 0, 0).of(problems::kLoss).sum)) << model;
  }
}

TEST(Supervised, LeavesTheThreadAsItWas) {
  const auto problem = make<float>(small_settings("lenet"));
  Row<float> x = start_of(*problem);
  Row<float> g(problem->layout().row_size());
  gradient(*problem, 0, 0, x, g);
  volatile float tiny = std::numeric_limits<float>::min();
  tiny = tiny / 4;
  EXPECT_GT(tiny, 0) << "denormal numbers are numbers again";
  EXPECT_EQ(at::get_num_threads(), 1);
}

TEST(Supervised, RefusesALibraryThatThereIsNot) {
  SupervisedSettings settings = small_settings("mlp");
  settings.matmul = "abacus";
  const auto problem = make_supervised<float>(settings);
  ASSERT_FALSE(problem);
  EXPECT_THAT(problem.failure().message, HasSubstr("abacus"));
}

}  // namespace
}  // namespace murmur::learning::testing
