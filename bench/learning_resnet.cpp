// SPDX-License-Identifier: Apache-2.0
// A gradient of ResNet-20 with group normalization on batches of 32 images of 3 x 32 x 32:
// murmur's, with parameters in rows, and that of the same torch module alone with torch's linear
// layer and cross-entropy, in single precision and under autocast in bfloat16. Random images; one
// thread and two.
#include <cstdint>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "murmur/core/arena.h"
#include "murmur/core/random.h"
#include "murmur/data/training_data.h"
#include "murmur/learning/matmul.h"
#include "murmur/learning/supervised.h"
#include "murmur/learning/torch/autocast.h"
#include "murmur/learning/torch/models/module.h"
#include "murmur/models/model.h"
#include "murmur/problems/problem.h"

namespace {

constexpr int kWorkers = 4;
constexpr std::int64_t kBatch = 32;
constexpr std::int64_t kImages = 1024;
constexpr int kMostThreads = 64;

murmur::models::Network network() {
  const auto* model = murmur::models::find_model("cifar-resnet");
  murmur::OptionValues options(model->options);
  options.set("norm", std::string("group"));
  return murmur::models::make_network(*model, options, {3, 32, 32}, 10).value();
}

murmur::learning::SupervisedSettings settings(bool bf16) {
  auto dataset = std::make_shared<murmur::data::Dataset>();
  dataset->classes = 10;
  dataset->mean = {0.5, 0.5, 0.5};
  dataset->deviation = {0.25, 0.25, 0.25};
  const murmur::Random draws(1, murmur::Stream::kTest);
  murmur::data::Bytes pixels;
  murmur::data::Bytes labels;
  for (std::int64_t i = 0; i < kImages * 3 * 32 * 32; ++i) {
    pixels.push_back(static_cast<std::uint8_t>(draws.below(static_cast<std::uint64_t>(i), 256)));
  }
  for (std::int64_t i = 0; i < kImages; ++i) {
    labels.push_back(static_cast<std::uint8_t>(i % 10));
  }
  dataset->training =
      murmur::data::labelled_images({3, 32, 32}, std::move(pixels), std::move(labels));
  dataset->test = dataset->training;
  murmur::data::TrainingDataSettings divided;
  divided.workers = kWorkers;
  divided.batches.batch_size = kBatch;
  murmur::learning::SupervisedSettings made;
  made.data = murmur::data::divide(dataset, divided).value();
  made.network = network();
  made.network.bf16 = bf16;
  return made;
}

template <bool kBf16>
void murmur_gradient(benchmark::State& state) {
  static const auto kProblem = [] {
    auto made = murmur::learning::make_supervised<float>(settings(kBf16)).value();
    made->prepare(kMostThreads);
    return made;
  }();
  murmur::Arena<float> arena({kWorkers, kWorkers}, kProblem->layout().row_size());
  for (std::size_t worker = 0; worker < kWorkers; ++worker) {
    kProblem->start(0, {arena.row(0, worker), kProblem->layout().row_size()});
  }
  std::int64_t count = state.thread_index();
  for (auto _ : state) {
    const auto row = static_cast<std::size_t>(count % kWorkers);
    murmur::problems::GradientJob<float> job{.batch = count / kWorkers,
                                             .worker = static_cast<int>(row),
                                             .x = arena.row(0, row),
                                             .gradient = arena.row(1, row)};
    kProblem->gradients({&job, 1}, state.thread_index(), {});
    benchmark::DoNotOptimize(job.loss);
    count += state.threads();
  }
}

template <bool kBf16>
void torch_gradient(benchmark::State& state) {
  murmur::learning::compute_alone();
  const auto body = murmur::learning::make_body_module(network());
  torch::nn::Linear head(64, 10);
  const at::Tensor images = torch::randn({kBatch, 3, 32, 32});
  const at::Tensor labels = torch::randint(10, {kBatch}, torch::kLong);
  for (auto _ : state) {
    body->zero_grad();
    head->zero_grad();
    at::Tensor loss;
    {
      const murmur::learning::Autocast autocast(kBf16);
      loss = torch::nn::functional::cross_entropy(head(body->forward(images)), labels);
    }
    loss.backward();
  }
}

void usual(benchmark::internal::Benchmark* made) {
  made->Threads(1)->Threads(2)->UseRealTime()->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  usual(benchmark::RegisterBenchmark("murmur", murmur_gradient<false>));
  usual(benchmark::RegisterBenchmark("torch", torch_gradient<false>));
  usual(benchmark::RegisterBenchmark("murmur bf16", murmur_gradient<true>));
  usual(benchmark::RegisterBenchmark("torch bf16", torch_gradient<true>));
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
