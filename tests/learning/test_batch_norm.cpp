// SPDX-License-Identifier: Apache-2.0
// A residual network with batch normalization, against the same network written with torch's
// functions on its state_dict, and its running statistics.
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/learning/small_problems.h"
#include "tests/learning/torch_examples.h"

namespace murmur::learning::testing {
namespace {

using ::testing::HasSubstr;

using Tensors = std::map<std::string, at::Tensor>;

// Copies of a row's tensors, by name.
Tensors tensors_of(const Layout& layout, Row<double>& row, bool differentiable) {
  Tensors tensors;
  for (const TensorSlot& slot : layout.tensors()) {
    tensors[slot.name] =
        torch::from_blob(row.data() + slot.offset, slot.shape, torch::kDouble).clone();
    tensors[slot.name].requires_grad_(differentiable);
  }
  return tensors;
}

// The network of torchvision's BasicBlocks, from the names in its state_dict.
struct Oracle {
  Tensors parameters;
  Tensors buffers;
  bool training = true;

  at::Tensor norm(const at::Tensor& x, const std::string& name) {
    return at::batch_norm(x,
                          parameters.at(name + ".weight"),
                          parameters.at(name + ".bias"),
                          buffers.at(name + ".running_mean"),
                          buffers.at(name + ".running_var"),
                          training,
                          0.1,
                          1e-5,
                          false);
  }
  at::Tensor conv(const at::Tensor& x, const std::string& name, int stride, int padding) {
    return at::conv2d(x, parameters.at(name + ".weight"), {}, stride, padding);
  }
  at::Tensor block(const at::Tensor& x, const std::string& name, int stride) {
    at::Tensor out = at::relu(norm(conv(x, name + ".conv1", stride, 1), name + ".bn1"));
    out = norm(conv(out, name + ".conv2", 1, 1), name + ".bn2");
    const std::string shortcut = name + ".downsample";
    return at::relu(out +
                    (stride == 1 ? x : norm(conv(x, shortcut + ".0", 2, 0), shortcut + ".1")));
  }
  at::Tensor logits(const at::Tensor& images) {
    at::Tensor x = at::relu(norm(conv(images, "conv1", 1, 1), "bn1"));
    x = block(x, "layer1.0", 1);
    x = block(x, "layer2.0", 2);
    x = block(x, "layer3.0", 2);
    x = at::adaptive_avg_pool2d(x, {1, 1}).flatten(1);
    return at::linear(x, parameters.at("fc.weight"), parameters.at("fc.bias"));
  }
};

class BatchNorm : public ::testing::Test {
 protected:
  // Gradients of worker 1 of the first batches, each with a step along it.
  void descend(std::int64_t begin, std::int64_t end) {
    for (std::int64_t batch = begin; batch < end; ++batch) {
      gradient(*problem_, 1, batch, x_, g_, 0, buffers_.data());
      for (std::size_t k = 0; k < x_.span().size(); ++k) {
        x_[k] -= 0.05 * g_[k];
      }
    }
  }

  Oracle oracle(bool training) {
    return {tensors_of(problem_->layout(), x_, training),
            tensors_of(problem_->buffers(), buffers_, false),
            training};
  }

  const SupervisedSettings settings_ = small_settings("cifar-resnet batch");
  const std::unique_ptr<problems::Problem<double>> problem_ = make<double>(settings_);
  Row<double> x_ = near_start_of(*problem_);
  Row<double> g_{problem_->layout().row_size()};
  Row<double> buffers_ = start_buffers_of(*problem_);
};

TEST_F(BatchNorm, TrainsLikeTorchsFunctions) {
  descend(0, 2);
  Oracle expected = oracle(true);
  std::vector<std::int32_t> which;
  settings_.data.batches->batch(1, 2, which);
  const data::Dataset& dataset = *settings_.data.dataset;
  const at::Tensor loss = torch::nn::functional::cross_entropy(
      expected.logits(images_of<double>(dataset, dataset.training, which)),
      labels_of(dataset.training, which));
  loss.backward();
  EXPECT_NEAR(gradient(*problem_, 1, 2, x_, g_, 0, buffers_.data()), loss.item<double>(), 1e-12);
  Tensors own = tensors_of(problem_->layout(), g_, false);
  for (const auto& [name, parameter] : expected.parameters) {
    EXPECT_LE((parameter.grad() - own.at(name)).abs().max().item<double>(), 1e-12) << name;
  }
  Tensors statistics = tensors_of(problem_->buffers(), buffers_, false);
  for (const auto& [name, buffer] : expected.buffers) {
    EXPECT_LE((buffer - statistics.at(name)).abs().max().item<double>(), 1e-13) << name;
  }
}

TEST_F(BatchNorm, EvaluatesByRunningStatisticsAndKeepsThem) {
  descend(0, 3);
  const std::vector<double> before = copy_of(buffers_);
  Oracle expected = oracle(false);
  const data::Dataset& dataset = *settings_.data.dataset;
  std::vector<std::int32_t> all(23);
  std::iota(all.begin(), all.end(), 0);
  const torch::NoGradGuard guard;
  const double loss = torch::nn::functional::cross_entropy(
                          expected.logits(images_of<double>(dataset, dataset.test, all)),
                          labels_of(dataset.test, all))
                          .item<double>();
  EXPECT_NEAR(problem_->score({x_.data(), buffers_.data()}, 0, 0).of(problems::kLoss).sum / 23,
              loss,
              1e-12);
  problem_->loss(1, {x_.data(), buffers_.data()}, 0);
  EXPECT_EQ(copy_of(buffers_), before);
  const double other = problem_->score({x_.data(), start_buffers_of(*problem_).data()}, 0, 0)
                           .of(problems::kLoss)
                           .sum;
  EXPECT_GT(std::abs(other / 23 - loss), 1e-3) << "buffers are part of the model";
}

TEST_F(BatchNorm, HasOneGradientWithAndWithoutBuffers) {
  descend(0, 2);
  const double loss = gradient(*problem_, 1, 5, x_, g_, 0, buffers_.data());
  const std::vector<double> with = copy_of(g_);
  const std::vector<double> statistics = copy_of(buffers_);
  EXPECT_EQ(gradient(*problem_, 1, 5, x_, g_), loss);
  EXPECT_EQ(copy_of(g_), with);
  EXPECT_EQ(copy_of(buffers_), statistics);
}

TEST(BatchNorms, RefuseOneValuePerChannel) {
  SupervisedSettings settings = small_settings("cifar-resnet batch");
  const models::Model& model = *models::find_model("cifar-resnet");
  auto dataset = std::make_shared<data::Dataset>(*settings.data.dataset);
  for (data::Examples* examples : {&dataset->training, &dataset->test}) {
    const auto count = static_cast<std::size_t>(examples->count());
    *examples = data::labelled_images(
        {2, 4, 4}, data::Bytes(count * 32, 7), examples->column(data::kTargets).bytes);
  }
  settings.data.settings.batches.batch_size = 1;
  settings.data = data::divide(dataset, settings.data.settings).value();
  settings.network = models::make_network(model, settings.network.options, {2, 4, 4}, 5).value();
  const auto problem = make<float>(settings);
  Row<float> x = start_of(*problem);
  Row<float> g(problem->layout().row_size());
  try {
    gradient(*problem, 0, 0, x, g);
    FAIL() << "the variance of one value is zero";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("Expected more than 1 value per channel when training"));
  }
}

}  // namespace
}  // namespace murmur::learning::testing
