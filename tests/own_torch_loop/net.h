// SPDX-License-Identifier: Apache-2.0
// A network with batch normalization and dropout, its data, and a simulation of its training. Loops
// of one's own have the same digests.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <murmur/simulation.h>
#include <murmur/torch.h>
#include <murmur/torch/decentralized.h>
#include <torch/nn.h>
#include <torch/optim/schedulers/step_lr.h>
#include <torch/utils.h>

namespace murmur::testing {

inline constexpr int kWorkers = 4;
inline constexpr int kSteps = 9;
inline constexpr std::uint64_t kSeed = 5;

struct NetImpl : torch::nn::Module {
  explicit NetImpl(double dropout)
      : first(register_module("first", torch::nn::Linear(10, 16))),
        norm(register_module("norm", torch::nn::BatchNorm1d(16))),
        drop(register_module("drop", torch::nn::Dropout(dropout))),
        last(register_module("last", torch::nn::Linear(16, 4))) {}

  at::Tensor forward(const at::Tensor& x) { return last(drop(torch::relu(norm(first(x))))); }

  torch::nn::Linear first;
  torch::nn::BatchNorm1d norm;
  torch::nn::Dropout drop;
  torch::nn::Linear last;
};
TORCH_MODULE(Net);

// Without random numbers: those of torch's default generator are the network's.
inline at::Tensor loss_of(NetImpl& net, int worker, std::int64_t batch) {
  const at::ScalarType type = net.parameters().front().scalar_type();
  const at::Tensor places = torch::arange(80, torch::kDouble).reshape({8, 10});
  const at::Tensor x = torch::sin(places * (worker + 1) + static_cast<double>(batch)).to(type);
  const at::Tensor y = (torch::arange(8, torch::kLong) + worker + batch) % 4;
  return torch::nll_loss(torch::log_softmax(net.forward(x), 1), y);
}

inline Net make_net(double dropout, at::ScalarType type, std::uint64_t seed = 1) {
  at::manual_seed(seed);
  Net net(dropout);
  if (type != torch::kFloat) {
    net->to(type);
  }
  return net;
}

template <class S>
std::vector<Parameter> places(const torch::OrderedDict<std::string, at::Tensor>& tensors) {
  std::vector<Parameter> all;
  for (const auto& item : tensors) {
    if (item.value().is_floating_point()) {
      all.push_back({.name = item.key(), .shape = item.value().sizes().vec()});
    }
  }
  return placed<S>(all);
}

// One module, computed by one thread at a time, since the default generator is of all.
template <class S>
BasicTask<S> simulated(double dropout, bool average_buffers = false) {
  struct Computed {
    Net net{nullptr};
    std::unique_ptr<ModuleRows<S>> rows;
    std::mutex mutex;
  };
  const auto type = c10::CppTypeToScalarType<S>::value;
  const Net start = make_net(dropout, type);
  const auto parameters = places<S>(start->named_parameters());
  const auto buffers = places<S>(start->named_buffers());
  auto computed = std::make_shared<Computed>();
  computed->net = make_net(dropout, type);
  computed->rows = std::make_unique<ModuleRows<S>>(computed->net.ptr(), parameters, buffers);
  BasicTask<S> task;
  task.parameters = parameters;
  task.buffers = buffers;
  task.average_buffers = average_buffers;
  task.start = [=](int /*worker*/, S* row, S* buffer_row) {
    const torch::NoGradGuard no_gradients;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      detail::view(row, parameters[i]).copy_(start->named_parameters()[parameters[i].name]);
    }
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      detail::view(buffer_row, buffers[i]).copy_(start->named_buffers()[buffers[i].name]);
    }
  };
  task.gradient = [=](const BasicGradient<S>& job) {
    const std::lock_guard lock(computed->mutex);
    const at::AutoGradMode gradients(true);
    computed->rows->bind(job.x, job.buffers, true);
    seed_draws(kSeed, job.worker, job.batch);
    const at::Tensor loss = loss_of(*computed->net, job.worker, job.batch);
    computed->rows->backward(loss, {}, job.gradient, job.ready);
    return loss.template item<double>();
  };
  return task;
}

// Rates of torch's StepLR(4, 0.5), which counts its first call as 0.
inline double rate_at(double first, int step) {
  return step < 5 ? first : first * 0.5;
}

struct LoopSetting {
  std::string name;
  double dropout = 0;
  bool overlap = false;
  bool groups = false;  // weights and biases with rates and decays of their own
  bool is_double = false;
  bool average_buffers = false;
  bool module = true;  // the optimizer gets the module, not its parameters
};

inline std::vector<LoopSetting> loop_settings() {
  return {{.name = "plain"},
          {.name = "parameters", .module = false},
          {.name = "dropout", .dropout = 0.3},
          {.name = "overlap", .dropout = 0.3, .overlap = true},
          {.name = "groups", .dropout = 0.3, .groups = true, .module = false},
          {.name = "carried", .average_buffers = true},
          {.name = "double", .dropout = 0.3, .overlap = true, .is_double = true}};
}

template <class S>
std::string digest_of_simulation(const LoopSetting& setting, int workers, int threads) {
  Options options;
  options.workers = workers;
  options.threads = threads;
  options.seed = kSeed;
  options.set("algorithm.weight_decay", 0.01);
  if (setting.groups) {
    options.text = "[[algorithm.group]]\nmatch = \"*.bias\"\nrate = 2.0\ndecay = 0.0\n";
  }
  BasicSimulation<S> simulation(simulated<S>(setting.dropout, setting.average_buffers), options);
  for (int step = 0; step < kSteps; ++step) {
    simulation.step(rate_at(0.05, step));
  }
  return simulation.digest();
}

}  // namespace murmur::testing
