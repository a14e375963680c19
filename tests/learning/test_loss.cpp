// SPDX-License-Identifier: Apache-2.0
// Losses against torch's and against closed forms.
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "murmur/core/random.h"
#include "murmur/learning/loss.h"
#include "tests/learning/small_problems.h"

namespace murmur::learning::testing {
namespace {

template <class S>
at::TensorOptions options() {
  return torch::TensorOptions().dtype(c10::CppTypeToScalarType<S>::value);
}

// Outputs of `outputs` x `count`, and what they are compared with.
template <class S>
struct Example {
  Example(std::int64_t outputs, std::int64_t count)
      : z(static_cast<std::size_t>(outputs * count)), delta(z.size()) {
    const Random random(1, Stream::kTest, outputs, count);
    for (std::int64_t i = 0; i < outputs * count; ++i) {
      const auto k = static_cast<std::uint64_t>(i);
      z[static_cast<std::size_t>(i)] = static_cast<S>(2 * random.normal(2 * k));
      y.push_back(static_cast<S>(random.normal(2 * k + 1)));
    }
    for (std::int64_t i = 0; i < count; ++i) {
      labels.push_back(static_cast<std::int32_t>((7 * i + 3) % outputs));
    }
    logits = torch::from_blob(z.data(), {outputs, count}, options<S>()).t().clone();
    logits.requires_grad_(true);
  }

  std::vector<S> z;
  std::vector<S> delta;
  std::vector<S> y;
  std::vector<std::int32_t> labels;
  at::Tensor logits;
};

// delta as torch has it, count x outputs.
template <class S>
void expect_gradient(Example<S>& example,
                     std::int64_t outputs,
                     std::int64_t count,
                     double tolerance) {
  const at::Tensor own = torch::from_blob(example.delta.data(), {outputs, count}, options<S>()).t();
  EXPECT_LE((own - example.logits.grad()).abs().max().template item<double>(), tolerance);
}

template <class S>
class LossOf : public ::testing::Test {
 protected:
  static constexpr double kTolerance = sizeof(S) == 4 ? 2e-6 : 1e-14;
};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(LossOf, Precisions);

TYPED_TEST(LossOf, RegressionIsMSELoss) {
  using S = TypeParam;
  for (const auto& [outputs, count] : {std::pair{1, 1}, {1, 9}, {3, 17}, {5, 2}}) {
    Example<S> example(outputs, count);
    const auto loss = make_loss<S>({.task = data::Task::kRegression}, outputs, count);
    const Targets<S> targets{.count = count, .labels = {}, .values = example.y};
    const problems::Score score = loss->forward(example.z.data(), targets, example.delta.data());
    loss->backward(targets, example.delta.data());
    const at::Tensor y = torch::from_blob(example.y.data(), {count, outputs}, options<S>());
    const at::Tensor expected = torch::mse_loss(example.logits, y);
    expected.backward();
    EXPECT_NEAR(
        loss->objective_sum() / count, expected.template item<double>(), this->kTolerance * 10);
    EXPECT_EQ(score.of(problems::kLoss).mean(), loss->objective_sum() / count);
    EXPECT_EQ(score.of(problems::kSquaredError).count, outputs * count);
    EXPECT_NEAR(score.of(problems::kSquaredError).mean(), score.of(problems::kLoss).mean(), 1e-12);
    expect_gradient(example, outputs, count, this->kTolerance);
  }
}

TYPED_TEST(LossOf, ClassificationIsCrossEntropyLossWithItsLabelSmoothing) {
  using S = TypeParam;
  for (const double smoothing : {0.0, 0.1, 1.0}) {
    for (const auto& [outputs, count] : {std::pair{2, 1}, {2, 9}, {7, 20}}) {
      Example<S> example(outputs, count);
      const auto loss = make_loss<S>({.label_smoothing = smoothing}, outputs, count);
      const Targets<S> targets{.count = count, .labels = example.labels, .values = {}};
      const problems::Score score = loss->forward(example.z.data(), targets, example.delta.data());
      loss->backward(targets, example.delta.data());
      const at::Tensor labels =
          torch::from_blob(example.labels.data(), {count}, torch::kInt).to(torch::kLong);
      using torch::nn::functional::cross_entropy;
      using Options = torch::nn::functional::CrossEntropyFuncOptions;
      const at::Tensor expected =
          cross_entropy(example.logits, labels, Options().label_smoothing(smoothing));
      expected.backward();
      EXPECT_NEAR(
          loss->objective_sum() / count, expected.template item<double>(), this->kTolerance * 10);
      EXPECT_NEAR(score.of(problems::kLoss).mean(),
                  cross_entropy(example.logits, labels).template item<double>(),
                  this->kTolerance * 10)
          << "scores are not smoothed";
      expect_gradient(example, outputs, count, this->kTolerance);
    }
  }
}

// Central differences of the batch's loss in 12 coordinates of every tensor.
void expect_derivative(const SupervisedSettings& settings, const std::string& what) {
  constexpr double kDistance = 1e-6;
  const auto problem = make<double>(settings);
  Row<double> x = start_of(*problem);
  Row<double> g(problem->layout().row_size());
  Row<double> unused(problem->layout().row_size());
  gradient(*problem, 1, 3, x, g);
  for (const TensorSlot& slot : problem->layout().tensors()) {
    const Random random(7, Stream::kTest);
    for (std::uint64_t draw = 0; draw < 12; ++draw) {
      const std::size_t k = slot.offset + random.below(draw, slot.size);
      const double before = x[k];
      x[k] = before + kDistance;
      const double above = gradient(*problem, 1, 3, x, unused);
      x[k] = before - kDistance;
      const double below = gradient(*problem, 1, 3, x, unused);
      x[k] = before;
      EXPECT_NEAR(g[k], (above - below) / (2 * kDistance), 1e-8) << what << " " << slot.name;
    }
  }
}

TEST(Loss, HasTheGradientThatItsDifferencesHave) {
  for (const std::string model : {"logistic", "mlp", "lenet"}) {
    expect_derivative(small_regression(model), model + ", regression");
    SupervisedSettings smoothed = small_settings(model);
    smoothed.label_smoothing = 0.2;
    expect_derivative(smoothed, model + ", smoothed");
  }
}

// A model of zeros predicts zeros: the squared errors are the squares of the targets.
TEST(Regression, OfAModelOfZerosHasTheSizeOfTheTargetsAsItsError) {
  for (const std::string model : {"logistic", "mlp", "lenet"}) {
    const SupervisedSettings settings = small_regression(model);
    const auto problem = make<double>(settings);
    Row<double> x(problem->layout().row_size());
    double squares = 0;
    for (const double y : settings.data.dataset->test.column("y").values<double>()) {
      squares += y * y;
    }
    problems::Score score;
    for (std::int64_t part = 0; part < problem->score_parts(); ++part) {
      score += problem->score(x.data(), part, 0);
    }
    EXPECT_EQ(score.of(problems::kSquaredError).count, 23 * 3);
    EXPECT_NEAR(score.of(problems::kSquaredError).sum, squares, 1e-12 * squares) << model;
    EXPECT_NEAR(score.of(problems::kLoss).mean(), squares / (23 * 3), 1e-12) << model;
  }
}

// Targets that are a linear function of the inputs are learned exactly.
TEST(Regression, LearnsALinearFunction) {
  const SupervisedSettings settings = small_regression("logistic");
  const auto problem = make<double>(settings);
  Row<double> x = start_of(*problem);
  Row<double> g(problem->layout().row_size());
  const double before = problem->loss(0, x.data(), 0);
  for (std::int64_t step = 0; step < 200; ++step) {
    gradient(*problem, 0, step, x, g);
    for (std::size_t k = 0; k < g.span().size(); ++k) {
      x[k] -= 0.01 * g[k];
    }
  }
  EXPECT_LT(problem->loss(0, x.data(), 0), 1e-3 * before) << "13 examples, 288 inputs";
}

TEST(Loss, IsSmoothedInTheObjectiveAlone) {
  SupervisedSettings settings = small_settings("mlp");
  const auto plain = make<double>(settings);
  settings.label_smoothing = 0.3;
  const auto smoothed = make<double>(settings);
  Row<double> x = start_of(*plain);
  EXPECT_NE(plain->loss(0, x.data(), 0), smoothed->loss(0, x.data(), 0));
  EXPECT_EQ(plain->score(x.data(), 0, 0).of(problems::kLoss).sum,
            smoothed->score(x.data(), 0, 0).of(problems::kLoss).sum);
}

}  // namespace
}  // namespace murmur::learning::testing
