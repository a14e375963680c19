// SPDX-License-Identifier: Apache-2.0
// Microseconds per gradient of an MLP 784-128-10 with batches of 32, from Fashion-MNIST's bytes to
// the gradient's row, next to
//   autograd   the same model and loss written with torch alone, on a batch that is already loaded
//   products   the five matrix products that every gradient of this model needs (the limit)
// each with both libraries, on one thread and on several at once (each computes its own gradient;
// the figure is per gradient of one thread, so it stays the same as long as the cores do not slow
// each other down).
//
//   bench_learning_gradient [--benchmark_filter=...]      MURMUR_DATA or dataset-fashion-mnist
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "murmur/core/arena.h"
#include "murmur/data/training_data.h"
#include "murmur/learning/libraries.h"
#include "murmur/learning/matmul.h"
#include "murmur/learning/supervised.h"
#include "murmur/learning/torch.h"
#include "murmur/models/model.h"

namespace {

using murmur::learning::Matmul;
using murmur::learning::Product;

constexpr int kWorkers = 16;
constexpr std::int64_t kBatch = 32;
constexpr std::int64_t kInputs = 784;
constexpr std::int64_t kHidden = 128;
constexpr std::int64_t kClasses = 10;
constexpr int kMostThreads = 64;

const murmur::learning::SupervisedSettings& settings() {
  static const auto kSettings = [] {
    const char* environment = std::getenv("MURMUR_DATA");
    const murmur::data::Places places{.folder = {},
                                      .environment = environment == nullptr ? "" : environment};
    murmur::data::TrainingDataSettings divided;
    divided.workers = kWorkers;
    divided.batches.batch_size = kBatch;
    murmur::learning::SupervisedSettings made;
    const auto* dataset = murmur::data::find_dataset("fashion-mnist");
    made.data =
        murmur::data::divide(murmur::data::read_dataset(*dataset, places).value(), divided).value();
    const auto* model = murmur::models::find_model("mlp");
    made.network = murmur::models::make_network(*model,
                                                murmur::OptionValues(model->options),
                                                made.data.dataset->training.shape(),
                                                made.data.dataset->classes)
                       .value();
    return made;
  }();
  return kSettings;
}

murmur::problems::Problem<float>& problem(const std::string& matmul) {
  static const auto make = [](const std::string& name) {
    murmur::learning::SupervisedSettings wanted = settings();
    wanted.matmul = name;
    auto made = murmur::learning::make_supervised<float>(wanted).value();
    made->prepare(kMostThreads);
    return made;
  };
  static const auto kOnednn = make("auto");
  static const auto kTorch = make("torch");
  return matmul == "torch" ? *kTorch : *kOnednn;
}

// One row per worker, as in a run: every gradient reads parameters that are no longer in the core's
// nearest cache. Threads use different workers, as an engine's do.
void murmur_gradient(benchmark::State& state, const std::string& matmul) {
  auto& own = problem(matmul);
  murmur::Arena<float> arena({kWorkers, kWorkers}, own.layout().row_size());
  for (int worker = 0; worker < kWorkers; ++worker) {
    own.start(worker, {arena.row(0, static_cast<std::size_t>(worker)), own.layout().row_size()});
  }
  std::int64_t count = state.thread_index();
  for (auto _ : state) {
    const auto worker = static_cast<int>(count % kWorkers);
    const auto row = static_cast<std::size_t>(worker);
    murmur::problems::GradientJob<float> job{.batch = count / kWorkers,
                                             .worker = worker,
                                             .x = arena.row(0, row),
                                             .gradient = arena.row(1, row)};
    own.gradients({&job, 1}, state.thread_index(), {});
    benchmark::DoNotOptimize(job.loss);
    count += state.threads();
  }
  state.SetLabel(murmur::learning::matmul_library(matmul).value());
}

void torch_autograd(benchmark::State& state) {
  murmur::learning::compute_alone();
  torch::nn::Sequential model(
      torch::nn::Linear(kInputs, kHidden), torch::nn::ReLU(), torch::nn::Linear(kHidden, kClasses));
  const at::Tensor images = torch::randn({kBatch, kInputs});
  const at::Tensor labels = torch::randint(kClasses, {kBatch}, torch::kLong);
  for (auto _ : state) {
    model->zero_grad();
    torch::nn::functional::cross_entropy(model->forward(images), labels).backward();
  }
}

void products(benchmark::State& state, Matmul<float> matmul) {
  murmur::learning::compute_alone();
  constexpr std::size_t kMatrices = 8;
  murmur::Arena<float> arena({kMatrices}, kInputs * kHidden);
  std::vector<float*> m;
  for (std::size_t i = 0; i < kMatrices; ++i) {
    m.push_back(arena.row(0, i));
    std::fill(m[i], m[i] + kInputs * kHidden, 0.01F * static_cast<float>(i));
  }
  for (auto _ : state) {
    matmul({kHidden, kBatch, kInputs, false, true}, m[0], m[1], m[2]);    // Z1 = W1 X^T
    matmul({kClasses, kBatch, kHidden, false, false}, m[3], m[2], m[4]);  // Z2 = W2 A1
    matmul({kClasses, kHidden, kBatch, false, true}, m[4], m[2], m[5]);   // dW2 = D2 A1^T
    matmul({kHidden, kBatch, kClasses, true, false}, m[3], m[4], m[6]);   // D1 = W2^T D2
    matmul({kHidden, kInputs, kBatch, false, false}, m[6], m[1], m[7]);   // dW1 = D1 X
    benchmark::ClobberMemory();
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const auto usual = [](benchmark::internal::Benchmark* made) {
    made->Threads(1)->Threads(2)->UseRealTime()->Unit(benchmark::kMicrosecond);
  };
  usual(benchmark::RegisterBenchmark("murmur/auto", murmur_gradient, std::string("auto")));
  usual(benchmark::RegisterBenchmark("murmur/torch", murmur_gradient, std::string("torch")));
  usual(benchmark::RegisterBenchmark("autograd", torch_autograd));
  if (const auto onednn = murmur::learning::onednn_matmul()) {
    usual(benchmark::RegisterBenchmark("products/onednn", products, onednn.value()));
  }
  usual(benchmark::RegisterBenchmark(
      "products/torch", products, murmur::learning::torch_matmul<float>()));
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
