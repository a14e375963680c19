// SPDX-License-Identifier: Apache-2.0
// Gradients, each followed at once by the kernels that use it, while it is in the cache.
#include <algorithm>
#include <iterator>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/engine/performer.h"
#include "murmur/engine/stopwatch.h"

namespace murmur::engine {
namespace {

constexpr std::size_t kBlock = 4096;  // coordinates

}  // namespace

template <class S>
void Performer<S>::take_gradients(const Pass<S>& pass) {
  const comm::WorkerRange local = rows_.local();
  if (turn_ == nullptr) {
    parts_.pool->run(static_cast<std::size_t>(local.size()), [&](std::size_t index, int thread) {
      gradient_of(pass, local.begin + static_cast<int>(index), counters_.step, thread);
    });
    return;
  }
  std::vector<Turn::Actor> actors;
  std::copy_if(turn_->actors.begin(),
               turn_->actors.end(),
               std::back_inserter(actors),
               [&](const Turn::Actor& actor) { return local.contains(actor.worker); });
  parts_.pool->run(actors.size(), [&](std::size_t index, int thread) {
    gradient_of(pass, actors[index].worker, actors[index].gradient, thread);
  });
}

template <class S>
void Performer<S>::gradient_of(const Pass<S>& pass, int worker, std::int64_t batch, int thread) {
  const auto t = static_cast<std::size_t>(thread);
  CheckContext& context = check_context();
  context.worker = worker;
  context.step = counters_.step;

  const auto started = SteadyClock::now();
  S* const gradient = gradients_.row(0, t);
  problems::GradientJob<S> job{
      .step = batch, .worker = worker, .x = rows_.row(pass.head->at, worker), .gradient = gradient};
  parts_.problem->gradients({&job, 1}, thread, [](std::size_t, CoordinateRange) {});
  losses_[static_cast<std::size_t>(worker - rows_.local().begin)] = job.loss;
  const auto taken = SteadyClock::now();

  const Round<S> round = round_of(worker);
  std::vector<S*>& fields = pointers_[t];
  for (std::size_t begin = 0; begin < rows_.row_size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, rows_.row_size() - begin);
    rows_.at(worker, begin, pass.head->binds, fields.data());
    pass.head->kernel(fields.data(), gradient + begin, count, round, pass.head->options.get());
    for (const LocalStage<S>& local : pass.locals) {
      rows_.at(worker, begin, local.stage->binds, fields.data());
      local.stage->kernel(fields.data(), nullptr, count, round, local.stage->options.get());
    }
  }
  clocks_[t].gradient_s += seconds(taken - started);
  clocks_[t].algorithm_s += seconds_since(taken);
}

template void Performer<float>::take_gradients(const Pass<float>&);
template void Performer<double>::take_gradients(const Pass<double>&);
template void Performer<float>::gradient_of(const Pass<float>&, int, std::int64_t, int);
template void Performer<double>::gradient_of(const Pass<double>&, int, std::int64_t, int);

}  // namespace murmur::engine
