// SPDX-License-Identifier: Apache-2.0
// Gradients against finite differences and against torch's own modules.
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "murmur/core/random.h"
#include "tests/learning/small_problems.h"
#include "tests/learning/torch_examples.h"

namespace murmur::learning::testing {
namespace {

// Central differences of the batch's loss in coordinates of every tensor. A deep network has so
// many activations that one of them crosses zero unless the distance is small.
TEST(Gradient, IsTheDerivativeOfTheLoss) {
  for (const std::string& model : model_names()) {
    const bool is_deep = !is_shallow(model);
    const double distance = is_deep ? 1e-8 : 1e-6;
    const double tolerance = is_deep ? 2e-7 : 1e-8;
    const std::uint64_t draws = is_deep ? 1 : 12;
    for (const bool augment : {false, true}) {
      if (augment && is_deep) {
        continue;
      }
      SupervisedSettings settings = small_settings(model);
      if (augment) {
        settings.data.settings.augment = data::default_transforms({"flip", "crop"});
      }
      const auto problem = make<double>(settings);
      Row<double> x = near_start_of(*problem);
      Row<double> g(problem->layout().row_size());
      Row<double> unused(problem->layout().row_size());
      gradient(*problem, 1, 3, x, g);
      for (const TensorSlot& slot : problem->layout().tensors()) {
        const Random random(7, Stream::kTest);
        for (std::uint64_t draw = 0; draw < draws; ++draw) {
          const std::size_t k = slot.offset + random.below(draw, slot.size);
          const double before = x[k];
          x[k] = before + distance;
          const double above = gradient(*problem, 1, 3, x, unused);
          x[k] = before - distance;
          const double below = gradient(*problem, 1, 3, x, unused);
          x[k] = before;
          EXPECT_NEAR(g[k], (above - below) / (2 * distance), tolerance)
              << model << " " << slot.name;
        }
      }
    }
  }
}

// The models as written with torch alone.
struct LenetModule : torch::nn::Module {
  LenetModule()
      : conv1(register_module("conv1",
                              torch::nn::Conv2d(torch::nn::Conv2dOptions(2, 6, 5).padding(2)))),
        conv2(register_module("conv2", torch::nn::Conv2d(6, 16, 5))),
        fc1(register_module("fc1", torch::nn::Linear(16, 120))),
        fc2(register_module("fc2", torch::nn::Linear(120, 84))),
        fc3(register_module("fc3", torch::nn::Linear(84, 5))) {}
  at::Tensor forward(at::Tensor x) {
    x = torch::max_pool2d(torch::relu(conv1(x)), 2);
    x = torch::max_pool2d(torch::relu(conv2(x)), 2).flatten(1);
    return fc3(torch::relu(fc2(torch::relu(fc1(x)))));
  }
  torch::nn::Conv2d conv1, conv2;
  torch::nn::Linear fc1, fc2, fc3;
};

struct MlpModule : torch::nn::Module {
  MlpModule()
      : fc1(register_module("fc1", torch::nn::Linear(288, 9))),
        fc2(register_module("fc2", torch::nn::Linear(9, 7))),
        fc3(register_module("fc3", torch::nn::Linear(7, 5))) {}
  at::Tensor forward(const at::Tensor& x) {
    return fc3(torch::relu(fc2(torch::relu(fc1(x.flatten(1))))));
  }
  torch::nn::Linear fc1, fc2, fc3;
};

struct LogisticModule : torch::nn::Module {
  LogisticModule() : fc(register_module("fc", torch::nn::Linear(288, 5))) {}
  at::Tensor forward(const at::Tensor& x) { return fc(x.flatten(1)); }
  torch::nn::Linear fc;
};

// The module with the row's values as its parameters, matched by name.
template <class Module, class S>
Module with_parameters(const Layout& layout, Row<S>& x) {
  Module module;
  module.to(c10::CppTypeToScalarType<S>::value);
  const torch::NoGradGuard guard;
  for (const TensorSlot& slot : layout.tensors()) {
    at::Tensor parameter = module.named_parameters()[slot.name];
    EXPECT_EQ(parameter.sizes(), at::IntArrayRef(slot.shape));
    parameter.copy_(torch::from_blob(x.data() + slot.offset, slot.shape, options<S>()));
  }
  EXPECT_EQ(module.named_parameters().size(), layout.tensors().size());
  return module;
}

template <class Module, class S>
void expect_same_as(const std::string& model, double tolerance) {
  const SupervisedSettings settings = small_settings(model);
  const auto problem = make<S>(settings);
  Row<S> x = start_of(*problem);
  Row<S> g(problem->layout().row_size());
  Module module = with_parameters<Module, S>(problem->layout(), x);
  const data::Dataset& dataset = *settings.data.dataset;

  for (std::int64_t step = 0; step < 3; ++step) {
    std::vector<std::int32_t> which;
    settings.data.batches->batch(2, step, which);
    module.zero_grad();
    at::Tensor loss = torch::nn::functional::cross_entropy(
        module.forward(images_of<S>(dataset, dataset.training, which)),
        labels_of(dataset.training, which));
    loss.backward();
    EXPECT_NEAR(gradient(*problem, 2, step, x, g), loss.template item<double>(), tolerance);
    for (const TensorSlot& slot : problem->layout().tensors()) {
      const at::Tensor expected = module.named_parameters()[slot.name].grad();
      const at::Tensor own = torch::from_blob(g.data() + slot.offset, slot.shape, options<S>());
      EXPECT_LE((expected - own).abs().max().template item<double>(), tolerance) << slot.name;
    }
  }

  const torch::NoGradGuard guard;
  std::vector<std::int32_t> all(23);
  std::iota(all.begin(), all.end(), 0);
  const at::Tensor logits = module.forward(images_of<S>(dataset, dataset.test, all));
  const at::Tensor labels = labels_of(dataset.test, all);
  const problems::Score score = problem->score(x.data(), 0, 0);
  EXPECT_EQ(score.of(problems::kLoss).count, 23);
  EXPECT_EQ(score.of(problems::kCorrect).sum,
            logits.argmax(1).eq(labels).sum().template item<double>());
  EXPECT_NEAR(score.of(problems::kLoss).mean(),
              torch::nn::functional::cross_entropy(logits, labels).template item<double>(),
              tolerance);
}

TEST(Gradient, IsThatOfTorchsOwnModules) {
  expect_same_as<LogisticModule, double>("logistic", 1e-13);
  expect_same_as<MlpModule, double>("mlp", 1e-13);
  expect_same_as<LenetModule, double>("lenet", 1e-13);
  expect_same_as<LogisticModule, float>("logistic", 2e-6);
  expect_same_as<MlpModule, float>("mlp", 2e-6);
  expect_same_as<LenetModule, float>("lenet", 2e-6);
}

}  // namespace
}  // namespace murmur::learning::testing
