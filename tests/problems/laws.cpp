// SPDX-License-Identifier: Apache-2.0
// What holds for every registered analytic problem.
#include <cmath>

#include <gtest/gtest.h>

#include "tests/problems/examples.h"

namespace murmur::problems {
namespace {

class EveryProblem : public testing::TestWithParam<ProblemInfo> {};

template <class S>
std::vector<S> some_model(const Problem<S>& problem, std::int64_t step) {
  std::vector<S> x(problem.layout().row_size(), S(0));
  const Random random(3, Stream::kTest, 1, step);
  for (std::size_t k = 0; k < problem.layout().parameters(); ++k) {
    x[k] = static_cast<S>(2 * random.uniform(k) - 1);
  }
  return x;
}

TEST_P(EveryProblem, HasTheGradientOfItsLoss) {
  const auto problem = example<double>(GetParam());
  for (int worker = 0; worker < kWorkers; ++worker) {
    std::vector<double> x = some_model(*problem, worker);
    const Answer<double> at = answer(*problem, worker, x);
    for (std::size_t k = 0; k < problem->layout().parameters(); ++k) {
      constexpr double kStep = 1e-5;
      const double middle = x[k];
      x[k] = middle + kStep;
      const double above = problem->loss(worker, x.data(), 0);
      x[k] = middle - kStep;
      const double below = problem->loss(worker, x.data(), 0);
      x[k] = middle;
      // The error of a central difference is h^2 f'''/6 + eps f/h; f''' stays below 2500 here.
      EXPECT_NEAR(at.gradient[k], (above - below) / (2 * kStep), 1e-7) << k;
    }
  }
}

TEST_P(EveryProblem, SaysTheLossBesideTheGradient) {
  const auto problem = example<double>(GetParam());
  for (int worker = 0; worker < kWorkers; ++worker) {
    const std::vector<double> x = some_model(*problem, worker);
    EXPECT_EQ(answer(*problem, worker, x).loss, problem->loss(worker, x.data(), 0));
  }
}

TEST_P(EveryProblem, ZeroesThePaddingOfTheGradient) {
  const auto problem = example<float>(GetParam());
  const Answer<float> at = answer(*problem, 1, some_model(*problem, 0));
  ASSERT_GT(at.gradient.size(), problem->layout().parameters());
  for (std::size_t k = problem->layout().parameters(); k < at.gradient.size(); ++k) {
    EXPECT_EQ(at.gradient[k], 0) << k;
  }
}

TEST_P(EveryProblem, AnnouncesEachRowOnceWhenItIsThere) {
  const auto problem = example<double>(GetParam());
  const std::vector<double> x = some_model(*problem, 0);
  std::vector<std::vector<double>> gradients(kWorkers,
                                             std::vector<double>(problem->layout().row_size(), 9));
  std::vector<GradientJob<double>> jobs;
  for (int worker = 0; worker < kWorkers; ++worker) {
    jobs.push_back({.worker = worker,
                    .x = x.data(),
                    .gradient = gradients[static_cast<std::size_t>(worker)].data()});
  }
  std::vector<int> announced(kWorkers, 0);
  problem->gradients(jobs, 0, [&](std::size_t job, CoordinateRange range) {
    ++announced.at(job);
    EXPECT_EQ(range.begin, 0U);
    EXPECT_EQ(range.end, problem->layout().row_size());
    EXPECT_EQ(gradients[job], answer(*problem, static_cast<int>(job), x).gradient);
  });
  EXPECT_EQ(announced, std::vector<int>(kWorkers, 1));
}

TEST_P(EveryProblem, AgreesInSingleAndInDoublePrecision) {
  const auto single = example<float>(GetParam());
  const auto exact = example<double>(GetParam());
  const std::vector<float> x = some_model(*single, 0);
  const std::vector<double> wide(x.begin(), x.end());
  for (int worker = 0; worker < kWorkers; ++worker) {
    const Answer<float> a = answer(*single, worker, x);
    const Answer<double> b = answer(*exact, worker, wide);
    EXPECT_NEAR(a.loss, b.loss, 1e-5 * (1 + std::fabs(b.loss)));
    for (std::size_t k = 0; k < exact->layout().parameters(); ++k) {
      EXPECT_NEAR(a.gradient[k], b.gradient[k], 1e-5 * (1 + std::fabs(b.gradient[k])));
    }
  }
}

TEST_P(EveryProblem, StartsWhereItIsTold) {
  const ProblemInfo& info = GetParam();
  const auto problem = example<double>(info);
  const OptionValues options = example_options(info);
  EXPECT_TRUE(problem->starts_differ());
  for (int worker = 0; worker < kWorkers; ++worker) {
    const std::vector<double>& wanted = options.table("start")[static_cast<std::size_t>(worker)];
    std::vector<double> row(problem->layout().row_size(), 0);
    problem->start(worker, row);
    row.resize(wanted.size());
    EXPECT_EQ(row, wanted);
  }
}

TEST_P(EveryProblem, HasOneTensorNamedX) {
  const auto problem = example<double>(GetParam());
  ASSERT_EQ(problem->layout().tensors().size(), 1U);
  EXPECT_EQ(problem->layout().tensors()[0].name, "x");
  EXPECT_EQ(problem->workers(), kWorkers);
}

TEST_P(EveryProblem, ShowsANumberThatIsNotFinite) {
  const auto problem = example<double>(GetParam());
  const bool flat = GetParam().name == "consensus";  // its loss does not depend on the model
  for (const double bad : {std::nan(""), HUGE_VAL}) {
    std::vector<double> x = some_model(*problem, 0);
    x[0] = bad;
    EXPECT_EQ(std::isfinite(problem->loss(0, x.data(), 0)), flat);
    EXPECT_EQ(std::isfinite(answer(*problem, 0, x).gradient[0]), flat);
  }
}

INSTANTIATE_TEST_SUITE_P(Analytic,
                         EveryProblem,
                         testing::ValuesIn(problems()),
                         [](const auto& about) { return about.param.name; });

}  // namespace
}  // namespace murmur::problems
