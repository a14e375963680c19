// SPDX-License-Identifier: Apache-2.0
// Kernels over blocks of coordinates, and reductions: what a round does without other processes.
#include <algorithm>

#include "murmur/core/check.h"
#include "murmur/engine/engine.h"
#include "murmur/engine/observe/stopwatch.h"
#include "murmur/engine/reduce.h"

namespace murmur::engine {

template <class S>
Round<S> Engine<S>::round_of(int worker, std::size_t group) const {
  const TensorFactors& factors = factors_.groups()[group];
  const double previous_lr = counters_.step == 0 ? lr_ : counters_.previous_lr;
  Round<S> round;
  round.lr = static_cast<S>(factors.rate * lr_);
  round.previous_lr = static_cast<S>(factors.rate * previous_lr);
  round.round_lr = static_cast<S>(factors.rate * (counters_.round_lr + lr_));
  round.weight_decay = static_cast<S>(factors.decay * parts_.weight_decay);
  round.step = counters_.step;
  round.age = attendance_.age(worker, group);
  round.workers = static_cast<S>(parts_.ownership.workers());
  round.weight = static_cast<S>(state_.weights.of(worker));
  const auto place = static_cast<std::size_t>(worker - rows_.local().begin);
  round.self = state_.self_weights.empty() ? S(1) : state_.self_weights[place];
  round.reduced = static_cast<S>(reduced_[place]);
  return round;
}

template <class S>
void Engine<S>::grow_older() {
  std::vector<bool> rests;
  for (const TensorFactors& factors : factors_.groups()) {
    const auto lr = static_cast<double>(static_cast<S>(factors.rate * lr_));
    rests.push_back(lr <= parts_.program.still_rate);
  }
  attendance_.grow_older(rests, was_reset_);
  was_reset_ = false;
}

template <class S>
void Engine<S>::apply(const BoundKernel<S>& kernel,
                      int worker,
                      CoordinateRange range,
                      const S* gradient,
                      int thread) {
  std::vector<S*>& fields = pointers_[static_cast<std::size_t>(thread)];
  factors_.visit(range, [&](CoordinateRange part, std::size_t group) {
    rows_.at(worker, part.begin, kernel.binds, fields.data());
    kernel.apply(fields.data(),
                 gradient == nullptr ? nullptr : gradient + part.begin,
                 part.size(),
                 round_of(worker, group),
                 kernel.options.get());
  });
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
  const comm::WorkerRange local = rows_.local();
  const auto* const talk = pass.template head_as<TalkStage>();
  const bool own_step = talk != nullptr && !talk->over_graph;  // who sits out takes none
  for (const PassKernel<S>& part : pass.locals) {
    const BoundKernel<S>& kernel = *part.kernel;
    const int end = part.once ? local.begin + 1 : local.end;
    for (int worker = local.begin; worker < end; ++worker) {
      if ((event_batch_ != nullptr || own_step) && !acts(worker)) {
        continue;
      }
      apply(kernel, worker, range, nullptr, thread);
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
  reduced_ = sum_rows(
      parts_.pool,
      static_cast<std::size_t>(local.size()),
      rows_.row_size(),
      [&](std::size_t index, CoordinateRange range, int thread) {
        const int worker = local.begin + static_cast<int>(index);
        std::vector<S*>& fields = pointers_[static_cast<std::size_t>(thread)];
        double sum = 0;
        factors_.visit(range, [&](CoordinateRange part, std::size_t group) {
          rows_.at(worker, part.begin, kernel.binds, fields.data());
          sum += stage.sum(
              fields.data(), nullptr, part.size(), round_of(worker, group), kernel.options.get());
        });
        return sum;
      });
}

template Round<float> Engine<float>::round_of(int, std::size_t) const;
template void Engine<float>::grow_older();
template void Engine<float>::apply(
    const BoundKernel<float>&, int, CoordinateRange, const float*, int);
template void Engine<float>::over_blocks(const Pass<float>&, CoordinateRange, const BlockWork&);
template void Engine<float>::locals(const Pass<float>&, CoordinateRange, int);
template void Engine<float>::add_up_times();
template void Engine<float>::reduce(const ReduceStage<float>&);
template void Engine<float>::reduce_filters(const FilterReduceStage<float>&);
template Round<double> Engine<double>::round_of(int, std::size_t) const;
template void Engine<double>::grow_older();
template void Engine<double>::apply(
    const BoundKernel<double>&, int, CoordinateRange, const double*, int);
template void Engine<double>::over_blocks(const Pass<double>&, CoordinateRange, const BlockWork&);
template void Engine<double>::locals(const Pass<double>&, CoordinateRange, int);
template void Engine<double>::add_up_times();
template void Engine<double>::reduce(const ReduceStage<double>&);
template void Engine<double>::reduce_filters(const FilterReduceStage<double>&);

}  // namespace murmur::engine
