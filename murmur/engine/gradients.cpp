// SPDX-License-Identifier: Apache-2.0
// Gradients, each followed at once by the kernels that use it, while it is in the cache.
#include <algorithm>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/engine/engine.h"
#include "murmur/engine/observe/stopwatch.h"

namespace murmur::engine {
namespace {

constexpr std::size_t kBlock = 4096;  // coordinates

}  // namespace

template <class S>
Way<S>* Engine<S>::open_early(const Pass<S>& pass, Way<S>* next, const Call& next_call) {
  const std::size_t at = pass.template head_as<GradientStage<S>>()->at;
  const FieldSet touched = field_bit(at) | pass.head->touched() | pass.touched_by_locals();
  const bool early =
      event_batch_ == nullptr && state_.spread() && next != nullptr && next->overlaps(touched);
  if (!early) {
    return nullptr;
  }
  next->open(next_call);
  for (int worker = rows_.local().begin; worker < rows_.local().end; ++worker) {
    // A row that nothing changes is final at once.
    for (std::size_t bucket = 0; !acts(worker) && bucket < buckets_.count(); ++bucket) {
      next->post(worker, bucket);
    }
  }
  return next;
}

template <class S>
void Engine<S>::take_gradients(const Pass<S>& pass, Way<S>* next, const Call& next_call) {
  Way<S>* const early = open_early(pass, next, next_call);
  std::vector<int> actors;
  for (int worker = rows_.local().begin; worker < rows_.local().end; ++worker) {
    if (acts(worker)) {
      actors.push_back(worker);
    }
  }
  parts_.pool->run(actors.size(), [&](std::size_t index, int thread) {
    gradient_of(pass, actors[index], early, thread);
  });
}

template <class S>
bool Engine<S>::acts(int worker) const {
  return event_batch_ == nullptr ? attendance_.takes_part(worker) : event_batch_->acts(worker);
}

// Of all workers, also of those of other processes.
template <class S>
void Engine<S>::begin_batches() {
  for (int worker = 0; worker < workers(); ++worker) {
    if (acts(worker)) {
      attendance_.add_batches(worker, recipe_.batches(worker, attendance_.batch(worker)));
    }
  }
}

template <class S>
void Engine<S>::gradient_of(const Pass<S>& pass, int worker, Way<S>* early, int thread) {
  const auto t = static_cast<std::size_t>(thread);
  CheckContext& context = check_context();
  context.worker = worker;
  context.step = counters_.step;

  const Traced traced(state_.tracer, "gradient", worker);
  const auto started = SteadyClock::now();
  const double before_s = thread_times_[t].algorithm_s;
  problems::GradientJob<S> job{
      .batch = attendance_.batch(worker),
      .worker = worker,
      .x = rows_.row(pass.template head_as<GradientStage<S>>()->at, worker),
      .gradient = gradients_.row(0, t),
      .buffers = buffers_field_ ? rows_.row(*buffers_field_, worker) : nullptr};
  if (early != nullptr) {
    post_early(pass, job, *early, thread);
  } else {
    recipe_.take(job, thread, {});
    use_gradient(pass, worker, {0, rows_.row_size()}, thread);
  }
  const auto place = static_cast<std::size_t>(worker - rows_.local().begin);
  losses_[place] += job.weight * job.loss;
  loss_weights_[place] += job.weight;
  thread_times_[t].gradient_s += seconds_since(started) - (thread_times_[t].algorithm_s - before_s);
}

// The kernels over what is finished of a worker's gradient.
template <class S>
void Engine<S>::use_gradient(const Pass<S>& pass, int worker, CoordinateRange range, int thread) {
  const Traced traced(state_.tracer, "kernel", worker);
  const auto started = SteadyClock::now();
  const auto t = static_cast<std::size_t>(thread);
  const S* const gradient = gradients_.row(0, t);
  const BoundKernel<S>& kernel = pass.template head_as<GradientStage<S>>()->kernel;
  for (std::size_t begin = range.begin; begin < range.end; begin += kBlock) {
    const CoordinateRange block{begin, std::min(range.end, begin + kBlock)};
    apply(kernel, worker, block, gradient, thread);
    for (const PassKernel<S>& local : pass.locals) {
      apply(*local.kernel, worker, block, nullptr, thread);
    }
  }
  thread_times_[t].algorithm_s += seconds_since(started);
}

// Bucket by bucket, while backward goes on with the layers before it.
template <class S>
void Engine<S>::post_early(const Pass<S>& pass,
                           problems::GradientJob<S>& job,
                           Way<S>& way,
                           int thread) {
  BucketCount count(buckets_);
  const auto complete = [&](std::size_t bucket) {
    use_gradient(pass, job.worker, buckets_.range(bucket), thread);
    const Traced traced(state_.tracer, "send", job.worker);
    way.post(job.worker, bucket);
  };
  recipe_.take(job, thread, [&](CoordinateRange range) { count.add(range, complete); });
  count.finish(complete);
}

template Way<float>* Engine<float>::open_early(const Pass<float>&, Way<float>*, const Call&);
template void Engine<float>::take_gradients(const Pass<float>&, Way<float>*, const Call&);
template void Engine<float>::gradient_of(const Pass<float>&, int, Way<float>*, int);
template bool Engine<float>::acts(int) const;
template void Engine<float>::begin_batches();
template void Engine<float>::use_gradient(const Pass<float>&, int, CoordinateRange, int);
template void Engine<float>::post_early(const Pass<float>&,
                                        problems::GradientJob<float>&,
                                        Way<float>&,
                                        int);
template Way<double>* Engine<double>::open_early(const Pass<double>&, Way<double>*, const Call&);
template void Engine<double>::take_gradients(const Pass<double>&, Way<double>*, const Call&);
template void Engine<double>::gradient_of(const Pass<double>&, int, Way<double>*, int);
template bool Engine<double>::acts(int) const;
template void Engine<double>::begin_batches();
template void Engine<double>::use_gradient(const Pass<double>&, int, CoordinateRange, int);
template void Engine<double>::post_early(const Pass<double>&,
                                         problems::GradientJob<double>&,
                                         Way<double>&,
                                         int);

}  // namespace murmur::engine
