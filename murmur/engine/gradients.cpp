// SPDX-License-Identifier: Apache-2.0
// Gradients, each followed at once by the kernels that use it, while it is in the cache.
#include <algorithm>
#include <iterator>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/engine/engine.h"
#include "murmur/engine/observe/stopwatch.h"

namespace murmur::engine {
namespace {

constexpr std::size_t kBlock = 4096;  // coordinates

}  // namespace

template <class S>
void Engine<S>::take_gradients(const Pass<S>& pass, Way<S>* next, const Call& next_call) {
  const comm::WorkerRange local = rows_.local();
  std::vector<EventBatch::Actor> actors;
  if (event_batch_ == nullptr) {
    for (int worker = local.begin; worker < local.end; ++worker) {
      actors.push_back({worker, counters_.step});
    }
  } else {
    std::copy_if(event_batch_->actors.begin(),
                 event_batch_->actors.end(),
                 std::back_inserter(actors),
                 [&](const EventBatch::Actor& actor) { return local.contains(actor.worker); });
  }
  const std::size_t at = pass.template head_as<GradientStage<S>>()->at;
  const FieldSet touched = field_bit(at) | pass.head->touched() | pass.touched_by_locals();
  const bool early =
      event_batch_ == nullptr && state_.spread() && next != nullptr && next->overlaps(touched);
  if (early) {
    next->open(next_call);
  }
  parts_.pool->run(actors.size(), [&](std::size_t index, int thread) {
    gradient_of(pass, actors[index], early ? next : nullptr, thread);
  });
}

template <class S>
void Engine<S>::gradient_of(const Pass<S>& pass,
                            const EventBatch::Actor& actor,
                            Way<S>* early,
                            int thread) {
  const auto t = static_cast<std::size_t>(thread);
  const int worker = actor.worker;
  CheckContext& context = check_context();
  context.worker = worker;
  context.step = counters_.step;

  const Traced traced(state_.tracer, "gradient", worker);
  const auto started = SteadyClock::now();
  const double before_s = thread_times_[t].algorithm_s;
  problems::GradientJob<S> job{
      .batch = actor.gradient,
      .worker = worker,
      .x = rows_.row(pass.template head_as<GradientStage<S>>()->at, worker),
      .gradient = gradients_.row(0, t),
      .buffers = buffers_field_ ? rows_.row(*buffers_field_, worker) : nullptr};
  if (early != nullptr) {
    post_early(pass, job, *early, thread);
  } else {
    parts_.problem->gradients({&job, 1}, thread, [](std::size_t, CoordinateRange) {});
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
  const Round<S> round = round_of(worker);
  std::vector<S*>& fields = pointers_[t];
  for (std::size_t begin = range.begin; begin < range.end; begin += kBlock) {
    const std::size_t count = std::min(kBlock, range.end - begin);
    rows_.at(worker, begin, kernel.binds, fields.data());
    kernel.apply(fields.data(), gradient + begin, count, round, kernel.options.get());
    for (const PassKernel<S>& local : pass.locals) {
      rows_.at(worker, begin, local.kernel->binds, fields.data());
      local.kernel->apply(fields.data(), nullptr, count, round, local.kernel->options.get());
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
  parts_.problem->gradients(
      {&job, 1}, thread, [&](std::size_t, CoordinateRange range) { count.add(range, complete); });
  count.finish(complete);
}

template void Engine<float>::take_gradients(const Pass<float>&, Way<float>*, const Call&);
template void Engine<float>::gradient_of(const Pass<float>&,
                                         const EventBatch::Actor&,
                                         Way<float>*,
                                         int);
template void Engine<float>::use_gradient(const Pass<float>&, int, CoordinateRange, int);
template void Engine<float>::post_early(const Pass<float>&,
                                        problems::GradientJob<float>&,
                                        Way<float>&,
                                        int);
template void Engine<double>::take_gradients(const Pass<double>&, Way<double>*, const Call&);
template void Engine<double>::gradient_of(const Pass<double>&,
                                          const EventBatch::Actor&,
                                          Way<double>*,
                                          int);
template void Engine<double>::use_gradient(const Pass<double>&, int, CoordinateRange, int);
template void Engine<double>::post_early(const Pass<double>&,
                                         problems::GradientJob<double>&,
                                         Way<double>&,
                                         int);

}  // namespace murmur::engine
