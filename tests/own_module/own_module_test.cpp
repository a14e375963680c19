// SPDX-License-Identifier: Apache-2.0
// A torch module as a task: the bits of a plain loop over a fresh module, on any number of threads.
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <murmur/simulation.h>
#include <murmur/torch.h>
#include <torch/torch.h>

#include "tests/support/temporary_folder.h"

namespace murmur::testing {
namespace {

using ::testing::HasSubstr;

struct NetImpl : torch::nn::Module {
  explicit NetImpl(double rate) : dropout(rate) {
    first = register_module("first", torch::nn::Linear(6, 10));
    norm = register_module("norm", torch::nn::BatchNorm1d(10));
    second = register_module("second", torch::nn::Linear(10, 3));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    const torch::Tensor hidden = torch::relu(norm->forward(first->forward(x)));
    return second->forward(torch::dropout(hidden, dropout, is_training()));
  }
  double dropout;
  torch::nn::Linear first{nullptr};
  torch::nn::BatchNorm1d norm{nullptr};
  torch::nn::Linear second{nullptr};
};
TORCH_MODULE(Net);

// Numbers that depend on the worker and the batch alone.
torch::Tensor inputs(int worker, std::int64_t batch) {
  return torch::arange(48, torch::kDouble).add(7 * worker + 3 * batch).mul(1.7).sin().view({8, 6});
}

torch::Tensor loss_of(NetImpl& net, int worker, std::int64_t batch) {
  const auto dtype = net.first->weight.dtype();
  const torch::Tensor labels = torch::arange(8, torch::kLong).add(worker).remainder(3);
  return torch::cross_entropy_loss(net.forward(inputs(worker, batch).to(dtype)), labels);
}

std::vector<Sum> score_of(NetImpl& net, std::int64_t part) {
  const auto output = net.forward(inputs(90, part).to(net.first->weight.dtype()));
  return {{.name = "output", .sum = output.sum().item<double>(), .count = output.numel()}};
}

Net made() {
  torch::manual_seed(3);
  return Net(0.3);
}

template <class S>
BasicTask<S> task_of_net() {
  return basic_torch_task<S, Net>(made, loss_of, {.parts = 2, .score = score_of});
}

Options four(int threads = 2) {
  return {.workers = 4, .threads = threads, .seed = 5};
}

// The same task as one would write it without the adaptor: a module per gradient, whose tensors are
// copied in and out.
template <class S>
BasicTask<S> plain_task() {
  BasicTask<S> task = task_of_net<S>();
  task.gradient = [places = task.parameters,
                   buffer_places = task.buffers](const BasicGradient<S>& asked) {
    const detail::PassMode mode(true);  // products of matrices have other bits with other threads
    Net net = made();
    net->to(c10::CppTypeToScalarType<S>::value);
    {
      const torch::NoGradGuard guard;
      for (std::size_t i = 0; i < places.size(); ++i) {
        net->parameters()[i].copy_(detail::view(asked.x, places[i]));
      }
      for (const Parameter& place : buffer_places) {
        net->named_buffers()[place.name].copy_(detail::view(asked.buffers, place));
      }
    }
    seed_draws(asked.seed, asked.worker, asked.batch);
    const torch::Tensor loss = loss_of(*net, asked.worker, asked.batch);
    loss.backward();
    for (std::size_t i = 0; i < places.size(); ++i) {
      detail::view(asked.gradient, places[i]).copy_(net->parameters()[i].grad());
    }
    for (const Parameter& place : buffer_places) {
      detail::view(asked.buffers, place).copy_(net->named_buffers()[place.name]);
    }
    return loss.template item<double>();
  };
  return task;
}

template <class S>
std::string digest_after(BasicTask<S> task, const Options& options, int steps) {
  BasicSimulation<S> simulation(std::move(task), options);
  for (int step = 0; step < steps; ++step) {
    simulation.step(0.1);
  }
  std::string state = simulation.digest();
  for (int worker = 0; worker < simulation.workers(); ++worker) {
    for (const S value : simulation.buffers(worker)) {
      state += " " + std::to_string(value);
    }
  }
  return state + " " + std::to_string(simulation.evaluate().at("eval/output_averaged"));
}

TEST(OwnModule, HasTheBitsOfAPlainLoopOnAnyNumberOfThreads) {
  const std::string expected = digest_after(plain_task<float>(), four(1), 6);
  EXPECT_EQ(digest_after(task_of_net<float>(), four(1), 6), expected);
  EXPECT_EQ(digest_after(task_of_net<float>(), four(2), 6), expected);
  EXPECT_EQ(digest_after(task_of_net<float>(), four(3), 6), expected);
  Options other = four();
  other.seed = 6;
  EXPECT_NE(digest_after(task_of_net<float>(), other, 6), expected);  // other draws
  const std::string precise = digest_after(plain_task<double>(), four(1), 6);
  EXPECT_EQ(digest_after(task_of_net<double>(), four(2), 6), precise);
}

std::uint64_t seed_now() {
  return at::globalContext().defaultGenerator(at::kCPU).current_seed();
}

// With which seeds of the default generator the losses of 6 steps of 4 workers are taken.
std::set<std::uint64_t> seeds_of(bool dropped, std::optional<bool> draws) {
  std::mutex mutex;
  std::set<std::uint64_t> seeds;
  const auto loss = [&](NetImpl& net, int worker, std::int64_t batch) {
    net.dropout = dropped ? 0.3 : 0;
    const torch::Tensor value = loss_of(net, worker, batch);
    const std::lock_guard lock(mutex);
    seeds.insert(seed_now());
    return value;
  };
  Simulation simulation(torch_task<Net>(made, loss, {.draws = draws}), four());
  for (int step = 0; step < 6; ++step) {
    simulation.step(0.1);
  }
  return seeds;
}

TEST(OwnModule, IsSeededForEveryBatchWhereItDraws) {
  EXPECT_EQ(seeds_of(true, {}).size(), 24U);
  EXPECT_EQ(seeds_of(false, true).size(), 24U);
  EXPECT_EQ(seeds_of(false, {}).size(),
            1U);  // of the first one, which showed that nothing is drawn
}

// Draws from batch 2 on, when passes are made at the same time; the pass that begins it is made
// again, with the running statistics that it began with.
TEST(OwnModule, IsMadeAgainWhereItBeginsToDraw) {
  const auto late = [](NetImpl& net, int worker, std::int64_t batch) {
    net.dropout = batch < 2 ? 0 : 0.3;
    return loss_of(net, worker, batch);
  };
  const auto task_of = [&](std::optional<bool> draws) {
    return torch_task<Net>(made, late, {.parts = 2, .score = score_of, .draws = draws});
  };
  const std::string expected = digest_after(task_of(true), four(1), 6);
  for (const int threads : {1, 2, 3}) {
    EXPECT_EQ(digest_after(task_of({}), four(threads), 6), expected);
  }
}

TEST(OwnModule, GoesOnWithItsStatisticsAndDraws) {
  const std::string expected = digest_after(task_of_net<float>(), four(), 5);
  const TemporaryFolder folder;
  Simulation begun(task_of_net<float>(), four());
  begun.step(0.1);
  begun.step(0.1);
  begun.save(folder.path().string());
  Simulation resumed(task_of_net<float>(), four());
  resumed.resume(folder.path().string());
  for (int step = 2; step < 5; ++step) {
    resumed.step(0.1);
  }
  EXPECT_EQ(resumed.digest(), expected.substr(0, 16));
}

TEST(OwnModule, LeavesTorchAsItWas) {
  at::set_num_threads(2);
  const torch::NoGradGuard no_gradients;
  Task task = task_of_net<float>();
  torch::manual_seed(11);
  const torch::Tensor drawn = torch::randn({3});
  torch::manual_seed(11);
  Simulation simulation(std::move(task), {.workers = 4, .threads = 1});
  EXPECT_TRUE(torch::equal(torch::randn({3}), drawn));  // making it draws nothing
  simulation.step(0.1);
  simulation.evaluate();
  EXPECT_FALSE(torch::GradMode::is_enabled());
  EXPECT_EQ(at::get_num_threads(), 2);
}

template <class Loss>
std::string error_of_loss(Loss loss) {
  Simulation simulation(torch_task<Net>(made, loss), four());
  try {
    simulation.step(0.1);
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

TEST(OwnModule, SaysWhatIsWrongWithALoss) {
  EXPECT_THAT(error_of_loss([](NetImpl& net, int worker, std::int64_t batch) {
                return net.forward(inputs(worker, batch).to(torch::kFloat));
              }),
              HasSubstr("2 axes"));
  EXPECT_THAT(error_of_loss([](NetImpl& net, int /*worker*/, std::int64_t /*batch*/) {
                return net.second->weight.sum();
              }),
              HasSubstr("gets no gradient"));
  EXPECT_THAT(
      error_of_loss([](NetImpl& /*net*/, int worker, std::int64_t /*batch*/) -> torch::Tensor {
        throw std::out_of_range("batch of worker " + std::to_string(worker));
      }),
      HasSubstr("batch of worker 0"));
}

TEST(OwnModule, MayBeAnyModuleThatHasFloatingPointParameters) {
  EXPECT_THROW(torch_task<Net>(std::function<Net()>(), loss_of), Error);
  const Task task = task_of_net<float>();
  EXPECT_EQ(task.parameters.size(), 6U);
  EXPECT_EQ(task.buffers.size(), 2U);  // without num_batches_tracked
}

}  // namespace
}  // namespace murmur::testing
