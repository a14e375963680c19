// SPDX-License-Identifier: Apache-2.0
// Statistics taken anew, against moments that torch computes of the first convolution's output: the
// plain mean over batches, as torch.optim.swa_utils.update_bn has it.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "murmur/learning/statistics.h"
#include "tests/learning/small_problems.h"
#include "tests/learning/torch_examples.h"

namespace murmur::learning::testing {
namespace {

constexpr std::int64_t kExamples = 140;  // a batch of 128, one of 12

// Of 150 examples, the first seven of which are set aside.
SupervisedSettings settings_of_many() {
  SupervisedSettings settings = small_settings("cifar-resnet batch");
  auto dataset = std::make_shared<data::Dataset>(*settings.data.dataset);
  std::vector<std::int32_t> which;
  for (std::int32_t i = 0; i < 150; ++i) {
    which.push_back(i * i % 41);
  }
  dataset->training = examples_of(dataset->training, which);
  settings.data = data::divide(dataset, settings.data.settings).value();
  settings.data.validation.examples = {0, 1, 2, 3, 4, 5, 6};
  return settings;
}

const TensorSlot& slot_of(const Layout& layout, const std::string& name) {
  for (const TensorSlot& slot : layout.tensors()) {
    if (slot.name == name) {
      return slot;
    }
  }
  throw std::runtime_error(name);
}

at::Tensor tensor_of(Row<double>& row, const TensorSlot& slot) {
  return torch::from_blob(row.data() + slot.offset, slot.shape, torch::kDouble);
}

TEST(Statistics, AreMeansOverBatchesOfTheFirstTrainingExamples) {
  const SupervisedSettings settings = settings_of_many();
  const auto problem = make<double>(settings);
  Row<double> x = near_start_of(*problem);
  Row<double> buffers(problem->buffers().row_size());
  make_statistics<double>(settings, kExamples)->recompute(x.data(), buffers.span());
  const at::Tensor weight = tensor_of(x, slot_of(problem->layout(), "conv1.weight"));
  at::Tensor mean = torch::zeros({16}, torch::kDouble);
  at::Tensor variance = torch::zeros({16}, torch::kDouble);
  for (const auto& [begin, end] : {std::pair{7, 135}, {135, 147}}) {
    std::vector<std::int32_t> which;
    for (std::int32_t i = begin; i < end; ++i) {
      which.push_back(i);
    }
    const data::Dataset& dataset = *settings.data.dataset;
    const at::Tensor out =
        at::conv2d(images_of<double>(dataset, dataset.training, which), weight, {}, 1, 1);
    mean += out.mean({0, 2, 3}) / 2;
    variance += out.var({0, 2, 3}, true) / 2;
  }
  const at::Tensor own_mean = tensor_of(buffers, slot_of(problem->buffers(), "bn1.running_mean"));
  const at::Tensor own_var = tensor_of(buffers, slot_of(problem->buffers(), "bn1.running_var"));
  EXPECT_LT((own_mean - mean).abs().max().item<double>(), 1e-12);
  EXPECT_LT((own_var - variance).abs().max().item<double>(), 1e-12);
}

// Nothing of the model's own statistics is left, and they are a function of the model.
TEST(Statistics, DependOnTheModelAlone) {
  const SupervisedSettings settings = settings_of_many();
  const auto problem = make<double>(settings);
  Row<double> x = near_start_of(*problem);
  Row<double> first = start_buffers_of(*problem);
  Row<double> again(problem->buffers().row_size());
  const auto statistics = make_statistics<double>(settings, kExamples);
  statistics->recompute(x.data(), first.span());
  statistics->recompute(x.data(), again.span());
  EXPECT_EQ(copy_of(first), copy_of(again));
}

}  // namespace
}  // namespace murmur::learning::testing
