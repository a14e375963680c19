// SPDX-License-Identifier: Apache-2.0
// compute = "bf16" against torch's own autocast, and its bits.
#include <cmath>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "murmur/learning/matmul.h"
#include "murmur/learning/torch/autocast.h"
#include "tests/learning/small_problems.h"
#include "tests/learning/torch_examples.h"

namespace murmur::learning::testing {
namespace {

SupervisedSettings in_bf16(const std::string& model) {
  SupervisedSettings settings = small_settings(model);
  settings.network.bf16 = true;
  return settings;
}

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

struct Gradient {
  double loss = 0;
  std::vector<float> values;
};

Gradient of_problem(const SupervisedSettings& settings) {
  const auto problem = make<float>(settings);
  Row<float> x = start_of(*problem);
  Row<float> g(problem->layout().row_size());
  Gradient found;
  found.loss = gradient(*problem, 1, 0, x, g);
  found.values = copy_of(g);
  return found;
}

// Of LeNet-5 as written with torch alone.
Gradient of_autocast(const SupervisedSettings& settings) {
  const auto problem = make<float>(settings);
  const Layout& layout = problem->layout();
  Row<float> x = start_of(*problem);
  LenetModule module;
  {
    const torch::NoGradGuard guard;
    for (const TensorSlot& slot : layout.tensors()) {
      module.named_parameters()[slot.name].copy_(
          torch::from_blob(x.data() + slot.offset, slot.shape));
    }
  }
  std::vector<std::int32_t> which;
  settings.data.batches->batch(1, 0, which);
  const data::Dataset& dataset = *settings.data.dataset;
  const at::Tensor images = images_of<float>(dataset, dataset.training, which);
  at::Tensor loss;
  {
    const Autocast autocast(true);
    loss = torch::nn::functional::cross_entropy(module.forward(images).to(torch::kFloat),
                                                labels_of(dataset.training, which));
  }
  loss.backward();
  Gradient found;
  found.loss = loss.item<double>();
  found.values.resize(layout.row_size());
  for (const TensorSlot& slot : layout.tensors()) {
    const at::Tensor grad = module.named_parameters()[slot.name].grad().contiguous();
    std::copy_n(grad.data_ptr<float>(),
                slot.size,
                found.values.begin() + static_cast<std::ptrdiff_t>(slot.offset));
  }
  return found;
}

double distance(const Gradient& a, const Gradient& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.values.size(); ++k) {
    sum += std::pow(static_cast<double>(a.values[k]) - static_cast<double>(b.values[k]), 2);
  }
  return std::sqrt(sum);
}

// Sums in another order round some numbers of bfloat16 the other way.
TEST(Bf16, IsTorchsAutocast) {
  compute_alone();
  const Gradient expected = of_autocast(in_bf16("lenet"));
  const Gradient found = of_problem(in_bf16("lenet"));
  const Gradient single = of_problem(small_settings("lenet"));
  EXPECT_NEAR(found.loss, expected.loss, 1e-3);
  EXPECT_NE(found.loss, single.loss);
  EXPECT_GT(distance(single, expected), 0);
  EXPECT_LT(distance(found, expected), 0.5 * distance(single, expected));
}

TEST(Bf16, HasTheSameBitsOnEveryThreadAndAtEveryCall) {
  for (const std::string& model : model_names()) {
    const auto problem = make<float>(in_bf16(model), 2);
    Row<float> x = near_start_of(*problem);
    Row<float> first(problem->layout().row_size());
    const double loss = gradient(*problem, 1, 4, x, first);
    EXPECT_TRUE(std::isfinite(loss)) << model;
    std::thread([&] {
      Row<float> row(problem->layout().row_size());
      gradient(*problem, 0, 9, x, row, 1);
      problem->score({x.data(), start_buffers_of(*problem).data()}, 0, 1);
      EXPECT_EQ(gradient(*problem, 1, 4, x, row, 1), loss) << model;
      EXPECT_EQ(copy_of(row), copy_of(first)) << model;
    }).join();
  }
}

// Near the gradient in single precision: of a model that is not deep, within a tenth. Old versions
// of torch add in bfloat16 where the processor has no instructions for it.
TEST(Bf16, IsNearTheGradientInSinglePrecision) {
  const double share = TORCH_VERSION_MAJOR < 2 ? 0.3 : 0.1;
  for (const std::string& model : model_names()) {
    if (!is_shallow(model)) {
      continue;
    }
    const Gradient rounded = of_problem(in_bf16(model));
    const Gradient single = of_problem(small_settings(model));
    const double size =
        distance(single, {.loss = 0, .values = std::vector<float>(single.values.size())});
    EXPECT_LT(distance(rounded, single), share * size) << model;
    EXPECT_GT(distance(rounded, single), 0) << model;
  }
}

}  // namespace
}  // namespace murmur::learning::testing
