// SPDX-License-Identifier: Apache-2.0
// A torch module with its loss as a task: gradients by backward(), one module per compute thread,
// whose parameters and buffers are views of the rows of the worker at hand.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <murmur/task.h>
#include <murmur/torch/draws.h>
#include <murmur/torch/module_rows.h>
#include <murmur/torch/module_stock.h>
#include <murmur/torch/pass_mode.h>

namespace murmur {

// How a module is evaluated: the sums of each part of the test data, with the module in evaluation
// mode and without gradients.
template <class Impl>
struct TorchScores {
  std::int64_t parts = 0;
  std::function<std::vector<Sum>(Impl& module, std::int64_t part)> score = {};
  // Whether the module or the loss draws random numbers from torch's default generator, as dropout
  // does: forward passes are then made one at a time, each after seed_draws(). Where it is not
  // said, they are made at the same time until one draws, which is then made again (the loss of
  // that batch is called twice); what uses the generator's seed without drawing says true. False:
  // always at the same time, and what they draw all the same differs from run to run.
  std::optional<bool> draws = {};
};

// S: float or double. `make`: a module, TORCH_MODULE's holder; the first one is the start of all
// workers. `loss`: Tensor(Impl& module, int worker, int64_t batch), the mean loss of that batch.
// Both are kept, and called from several threads; what they throw comes out of step(). A pass has
// one thread of torch's own, so that no result depends on how many there are.
template <class S, class Module, class Loss>
BasicTask<S> basic_torch_task(std::function<Module()> make,
                              Loss loss,
                              TorchScores<typename Module::ContainedType> scores = {}) {
  using Stock = detail::ModuleStock<S, Module>;
  const auto stock = std::make_shared<Stock>(std::move(make), scores.draws);
  BasicTask<S> task;
  task.parameters = stock->parameters();
  task.buffers = stock->buffers();
  task.start = [stock](int /*worker*/, S* row, S* buffers) { stock->start(row, buffers); };
  task.gradient = [stock, loss = std::move(loss)](const BasicGradient<S>& asked) {
    const detail::PassMode mode(true);
    const auto lent = stock->lend();
    lent->rows.bind(asked.x, asked.buffers, true);
    const std::vector<S> before = stock->buffers_in(asked.buffers);
    const at::Tensor value = stock->draws().run(
        [&] { seed_draws(asked.seed, asked.worker, asked.batch); },
        [&]() -> at::Tensor { return loss(*lent->module, asked.worker, asked.batch); },
        [&] { std::copy(before.begin(), before.end(), asked.buffers); });
    if (value.dim() != 0) {
      throw Error("the loss of a batch is a tensor of " + std::to_string(value.dim()) +
                  " axes; it is a single number, as mean() gives it");
    }
    lent->rows.backward(value, {}, asked.gradient, asked.ready);
    return value.template item<double>();
  };
  task.score_parts = scores.parts;
  if (scores.score) {
    task.score = [stock, score = std::move(scores.score)](
                     const S* x, const S* buffers, std::int64_t part) {
      const detail::PassMode mode(false);
      const auto lent = stock->lend();
      lent->rows.bind(x, const_cast<S*>(buffers), false);
      return score(*lent->module, part);
    };
  }
  return task;
}

template <class Module, class Loss>
Task torch_task(std::function<Module()> make,
                Loss loss,
                TorchScores<typename Module::ContainedType> scores = {}) {
  return basic_torch_task<float, Module>(std::move(make), std::move(loss), std::move(scores));
}

// In double precision; the loss casts what is not in it.
template <class Module, class Loss>
DoubleTask torch_double_task(std::function<Module()> make,
                             Loss loss,
                             TorchScores<typename Module::ContainedType> scores = {}) {
  return basic_torch_task<double, Module>(std::move(make), std::move(loss), std::move(scores));
}

}  // namespace murmur
