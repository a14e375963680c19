// SPDX-License-Identifier: Apache-2.0
// Residual networks against torchvision's, and bottlenecks against finite differences.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "murmur/learning/matmul.h"
#include "murmur/learning/torch/models/module.h"
#include "murmur/models/model.h"
#include "tests/learning/torch_examples.h"

namespace murmur::learning::testing {
namespace {

// The values of parameter number i of a network.
at::Tensor values_of(std::uint32_t i, const std::string& name, const at::Tensor& parameter) {
  const at::Tensor x = numbers(i, parameter.sizes());
  if (parameter.dim() == 4) {
    return x * (2 * std::sqrt(6.0 / static_cast<double>(parameter[0].numel())));
  }
  if (parameter.dim() == 2) {
    return x * (2 / std::sqrt(static_cast<double>(parameter.size(1))));
  }
  return 0.2 * x + (name.ends_with("weight") ? 1.0 : 0.0);
}

struct Outcome {
  double loss = 0;
  double derivatives = 0;  // their sum, times numbers(500 + i, ...) of parameter i
  double evaluation = 0;   // the loss in evaluation, after the step's update of the statistics
};

Outcome outcome_of(const std::string& name, const std::string& stem) {
  const models::Model& model = *models::find_model(name);
  OptionValues options(model.options);
  options.set("stem", stem);
  const auto network = models::make_network(model, options, {3, 40, 36}, 7).value();
  const auto body = make_body_module(network);
  body->to(torch::kDouble);
  torch::nn::Linear fc(network.features(), 7);
  fc->to(torch::kDouble);
  auto parameters = body->named_parameters().pairs();
  parameters.emplace_back("fc.weight", fc->weight);
  parameters.emplace_back("fc.bias", fc->bias);
  {
    const torch::NoGradGuard guard;
    std::uint32_t i = 0;
    for (auto& [key, parameter] : parameters) {
      parameter.copy_(values_of(i++, key, parameter));
    }
  }
  const at::Tensor images = 4 * numbers(1000, {3, 3, 40, 36});
  const at::Tensor labels = torch::tensor({1, 6, 0});
  const auto loss = [&] {
    return torch::nn::functional::cross_entropy(fc(body->forward(images)), labels);
  };
  Outcome outcome;
  const at::Tensor trained = loss();
  trained.backward();
  outcome.loss = trained.item<double>();
  std::uint32_t i = 500;
  for (const auto& [key, parameter] : parameters) {
    outcome.derivatives +=
        (parameter.grad() * numbers(i++, parameter.sizes())).sum().item<double>();
  }
  body->eval();
  outcome.evaluation = loss().item<double>();
  return outcome;
}

void expect_outcome(const char* name, const char* stem, const Outcome& expected) {
  const Outcome found = outcome_of(name, stem);
  EXPECT_NEAR(found.loss, expected.loss, 1e-9) << name << " " << stem;
  EXPECT_NEAR(found.derivatives, expected.derivatives, 1e-7 * std::abs(expected.derivatives))
      << name << " " << stem;
  EXPECT_NEAR(found.evaluation, expected.evaluation, 1e-9) << name << " " << stem;
}

// Computed by torchvision 0.29.2 with torch 2.15 in Python, in double precision; for the cifar stem
// conv1 = Conv2d(3, 64, 3, padding=1, bias=False) and maxpool = Identity().
TEST(Resnets, ComputeWhatTorchvisionDoes) {
  compute_alone();
  expect_outcome("resnet18", "imagenet", {1.83908610270812, 22.0711337240604, 1.98083014680644});
  expect_outcome("resnet18", "cifar", {1.8765910139465, 3.49097998658552, 1.9743455488183});
  expect_outcome("resnet34", "imagenet", {1.99753826158417, 459.153538771357, 1.94287089359164});
  expect_outcome("resnet50", "imagenet", {1.99404896500476, -4475.81121562187, 2.25131971764337});
}

constexpr models::NormKind kNorms[] = {models::NormKind::kNone,
                                       models::NormKind::kBatch,
                                       models::NormKind::kGroup,
                                       models::NormKind::kEvonorm,
                                       models::NormKind::kEvonormS0};

// Central differences along a random direction of each tensor.
void expect_derivatives(const models::Residual& residual) {
  const auto body = make_residual(residual, 2);
  body->to(torch::kDouble);
  const at::Tensor images = 4 * numbers(7, {3, 2, 12, 9});
  const auto loss = [&] {
    const at::Tensor features = body->forward(images);
    return (features * features * numbers(8, features.sizes())).sum();
  };
  const torch::AutoGradMode recording(true);
  std::uint32_t i = 0;
  for (auto& item : body->named_parameters()) {
    item.value().set_data(values_of(i++, item.key(), item.value()));
  }
  loss().backward();
  const torch::AutoGradMode off(false);
  const double distance = 1e-7;
  for (auto& item : body->named_parameters()) {
    at::Tensor& parameter = item.value();
    const at::Tensor before = parameter.clone();
    const at::Tensor direction = numbers(++i, parameter.sizes());
    const auto loss_at = [&](double along) {
      parameter.copy_(before + along * direction);
      return loss().item<double>();
    };
    const double slope = (loss_at(distance) - loss_at(-distance)) / (2 * distance);
    parameter.copy_(before);
    EXPECT_NEAR((parameter.grad() * direction).sum().item<double>(), slope, 1e-6) << item.key();
  }
}

TEST(Resnets, HaveTheDerivativesThatTheirDifferencesAre) {
  compute_alone();
  for (const models::NormKind norm : kNorms) {
    for (const models::Stem stem : {models::Stem::kSmallImages, models::Stem::kLargeImages}) {
      for (const models::BlockKind block :
           {models::BlockKind::kBasic, models::BlockKind::kBottleneck}) {
        SCOPED_TRACE(static_cast<int>(norm));
        expect_derivatives(
            {.stem = stem, .block = block, .stages = {{2, 4, 1}, {1, 8, 2}}, .norm = {norm, 2}});
      }
    }
  }
}

}  // namespace
}  // namespace murmur::learning::testing
