// SPDX-License-Identifier: Apache-2.0
// Kernels over blocks of coordinates, and reductions: what a round does without other processes.
#include <algorithm>

#include "murmur/core/check.h"
#include "murmur/engine/engine.h"
#include "murmur/engine/observe/stopwatch.h"
#include "murmur/engine/reduce.h"

namespace murmur::engine {

template <class S>
Round<S> Engine<S>::round_of(int worker) const {
  Round<S> round;
  round.lr = static_cast<S>(lr_);
  round.previous_lr = static_cast<S>(counters_.step == 0 ? lr_ : counters_.previous_lr);
  round.weight_decay = static_cast<S>(parts_.weight_decay);
  round.step = counters_.step;
  round.age = counters_.age;
  round.workers = static_cast<S>(parts_.ownership.workers());
  round.weight = static_cast<S>(state_.weights.of(worker));
  round.reduced = static_cast<S>(reduced_[static_cast<std::size_t>(worker - rows_.local().begin)]);
  return round;
}

template <class S>
void Engine<S>::over_blocks(const Pass<S>& pass, CoordinateRange all, const BlockWork& work) {
  if (!work && pass.locals.empty()) {
    return;
  }
  const Traced traced(state_.tracer, "kernel", kAllWorkers);
  const std::size_t blocks = (all.size() + block_ - 1) / block_;
  parts_.pool->run(blocks, [&](std::size_t index, int thread) {
    const auto started = SteadyClock::now();
    const std::size_t begin = all.begin + index * block_;
    const CoordinateRange range{begin, std::min(all.end, begin + block_)};
    if (work) {
      work(range, thread);
    }
    locals(pass, range, thread);
    thread_times_[static_cast<std::size_t>(thread)].algorithm_s += seconds_since(started);
  });
}

template <class S>
void Engine<S>::locals(const Pass<S>& pass, CoordinateRange range, int thread) {
  std::vector<S*>& fields = pointers_[static_cast<std::size_t>(thread)];
  const comm::WorkerRange local = rows_.local();
  for (const PassKernel<S>& part : pass.locals) {
    const BoundKernel<S>& kernel = *part.kernel;
    const int end = part.once ? local.begin + 1 : local.end;
    for (int worker = local.begin; worker < end; ++worker) {
      if (event_batch_ != nullptr && !event_batch_->acts(worker)) {
        continue;
      }
      rows_.at(worker, range.begin, kernel.binds, fields.data());
      kernel.apply(fields.data(), nullptr, range.size(), round_of(worker), kernel.options.get());
    }
  }
}

template <class S>
void Engine<S>::add_up_times() {
  const auto threads = static_cast<double>(thread_times_.size());
  for (ThreadTimes& clock : thread_times_) {
    state_.times.gradient_s += clock.gradient_s / threads;
    state_.times.algorithm_s += clock.algorithm_s / threads;
    clock = {};
  }
}

// A number per filter of each worker.
template <class S>
void Engine<S>::reduce_filters(const FilterReduceStage<S>& stage) {
  over_blocks({nullptr, {{&stage.kernel, false}}}, {0, rows_.row_size()}, {});
  const comm::WorkerRange local = rows_.local();
  parts_.pool->run(static_cast<std::size_t>(local.size()), [&](std::size_t index, int) {
    sum_filters(parts_.problem->layout(),
                rows_.row(stage.into, local.begin + static_cast<int>(index)));
  });
}

// A number per worker.
template <class S>
void Engine<S>::reduce(const ReduceStage<S>& stage) {
  const comm::WorkerRange local = rows_.local();
  const BoundKernel<S>& kernel = stage.kernel;
  reduced_ =
      sum_rows(parts_.pool,
               static_cast<std::size_t>(local.size()),
               rows_.row_size(),
               [&](std::size_t index, CoordinateRange range, int thread) {
                 const int worker = local.begin + static_cast<int>(index);
                 std::vector<S*>& fields = pointers_[static_cast<std::size_t>(thread)];
                 rows_.at(worker, range.begin, kernel.binds, fields.data());
                 return stage.sum(
                     fields.data(), nullptr, range.size(), round_of(worker), kernel.options.get());
               });
}

template Round<float> Engine<float>::round_of(int) const;
template void Engine<float>::over_blocks(const Pass<float>&, CoordinateRange, const BlockWork&);
template void Engine<float>::locals(const Pass<float>&, CoordinateRange, int);
template void Engine<float>::add_up_times();
template void Engine<float>::reduce(const ReduceStage<float>&);
template void Engine<float>::reduce_filters(const FilterReduceStage<float>&);
template Round<double> Engine<double>::round_of(int) const;
template void Engine<double>::over_blocks(const Pass<double>&, CoordinateRange, const BlockWork&);
template void Engine<double>::locals(const Pass<double>&, CoordinateRange, int);
template void Engine<double>::add_up_times();
template void Engine<double>::reduce(const ReduceStage<double>&);
template void Engine<double>::reduce_filters(const FilterReduceStage<double>&);

}  // namespace murmur::engine
