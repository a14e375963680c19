// SPDX-License-Identifier: Apache-2.0
// What a step of murmur::Decentralized costs beyond the engine's own round, in one process: 65
// tensors, as a ResNet-20 has them, of 4 numbers each and of its sizes.
//   step      of the optimizer, with gradients as backward leaves them
//   round     of the engine alone: kernels (and mixing, of which there is none here)
//   copy      of the gradients into a row, which a step does without
#include <cstring>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <murmur/torch/decentralized.h>

namespace {

std::vector<at::Tensor> tensors(bool small) {
  std::vector<std::int64_t> sizes{432, 16, 16};
  for (const std::int64_t channels : {16, 32, 64}) {
    for (int block = 0; block < 3; ++block) {
      for (int layer = 0; layer < 2; ++layer) {
        const bool widens = channels > 16 && block == 0 && layer == 0;
        sizes.push_back(channels * (widens ? channels / 2 : channels) * 9);
        sizes.push_back(channels);
        sizes.push_back(channels);
      }
    }
  }
  for (const std::int64_t size : {512, 2048, 64, 32, 32}) {
    sizes.push_back(size);
  }
  sizes.push_back(640);
  sizes.push_back(10);
  sizes.push_back(10);
  sizes.resize(65);
  std::vector<at::Tensor> all;
  for (const std::int64_t size : sizes) {
    all.push_back(torch::ones({small ? 4 : size}).requires_grad_());
    all.back().mutable_grad() = torch::ones({small ? 4 : size});
  }
  return all;
}

murmur::Options method() {
  murmur::Options options;
  options.algorithm = "sgd";
  options.set("algorithm.momentum", 0.9);
  return options;
}

void step(benchmark::State& state) {
  torch::set_num_threads(1);
  murmur::Decentralized optimizer(tensors(state.range(0) != 0),
                                  murmur::DecentralizedOptions(1e-6, method()));
  for (auto _ : state) {
    optimizer.step();
  }
}

void round(benchmark::State& state) {
  murmur::Task task;
  for (const at::Tensor& tensor : tensors(state.range(0) != 0)) {
    task.parameters.push_back(
        {.name = std::to_string(task.parameters.size()), .shape = tensor.sizes().vec()});
  }
  task.start = [](int, float*, float*) {};
  murmur::Worker worker(task, method());
  for (auto _ : state) {
    worker.step(1e-6);
  }
}

void copy(benchmark::State& state) {
  const std::vector<at::Tensor> all = tensors(state.range(0) != 0);
  const auto count = static_cast<std::size_t>(torch::cat(all).numel());
  std::vector<float> row(count);
  for (auto _ : state) {
    float* place = row.data();
    for (const at::Tensor& tensor : all) {
      std::memcpy(place, tensor.grad().data_ptr(), tensor.nbytes());
      place += tensor.numel();
    }
    benchmark::DoNotOptimize(row.data());
    benchmark::ClobberMemory();
  }
}

}  // namespace

BENCHMARK(step)->ArgName("small")->Arg(1)->Arg(0)->Unit(benchmark::kMicrosecond);
BENCHMARK(round)->ArgName("small")->Arg(1)->Arg(0)->Unit(benchmark::kMicrosecond);
BENCHMARK(copy)->ArgName("small")->Arg(1)->Arg(0)->Unit(benchmark::kMicrosecond);
BENCHMARK_MAIN();
