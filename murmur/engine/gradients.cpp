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

// Whether nothing before the end of the gradient pass looks at what the average behind it writes.
template <class S>
bool averages_apart(const Pass<S>& pass, const AverageStage& average) {
  const auto& gradient = *pass.template head_as<GradientStage<S>>();
  const FieldSet touched =
      field_bit(gradient.at) | gradient.kernel.touched() | pass.touched_by_locals();
  return average.group == 0 && (touched & field_bit(average.into)) == 0;
}

// What a stage that mixes, pushes or sends puts into one message.
template <class S>
std::vector<std::size_t> message_of(const Stage<S>& stage) {
  if (const auto* const push = stage.template as<PushStage>()) {
    return {push->numerator};
  }
  if (const auto* const send = stage.template as<SendStage>()) {
    return {send->numerator};
  }
  return stage.template as<MixStage>()->fields;
}

}  // namespace

template <class S>
void Performer<S>::take_gradients(const Pass<S>& pass, const Pass<S>* next, comm::Tag next_tag) {
  const comm::WorkerRange local = rows_.local();
  if (event_batch_ == nullptr) {
    if (parts_.transport != nullptr) {
      open_early(pass, next, next_tag);
    }
    parts_.pool->run(static_cast<std::size_t>(local.size()), [&](std::size_t index, int thread) {
      gradient_of(pass, local.begin + static_cast<int>(index), counters_.step, thread);
    });
    post_bucket_ = {};
    return;
  }
  std::vector<EventBatch::Actor> actors;
  std::copy_if(event_batch_->actors.begin(),
               event_batch_->actors.end(),
               std::back_inserter(actors),
               [&](const EventBatch::Actor& actor) { return local.contains(actor.worker); });
  parts_.pool->run(actors.size(), [&](std::size_t index, int thread) {
    gradient_of(pass, actors[index].worker, actors[index].gradient, thread);
  });
}

template <class S>
void Performer<S>::open_early(const Pass<S>& pass, const Pass<S>* next, comm::Tag next_tag) {
  if (next == nullptr || next->head == nullptr) {
    return;
  }
  if (Mixer<S>* const mixer = mixer_for(*next->head)) {
    open_mix(*mixer, message_of(*next->head), next_tag);
    post_bucket_ = [mixer](int worker, std::size_t bucket) { mixer->post(worker, bucket); };
    return;
  }
  const auto* const average = next->template head_as<AverageStage>();
  if (average != nullptr && averages_apart(pass, *average) && averager_.is_spread()) {
    open_average(*average, next_tag);
    post_bucket_ = [this](int /*worker*/, std::size_t bucket) { averager_.ready(bucket); };
  }
}

template <class S>
void Performer<S>::gradient_of(const Pass<S>& pass, int worker, std::int64_t batch, int thread) {
  const auto t = static_cast<std::size_t>(thread);
  CheckContext& context = check_context();
  context.worker = worker;
  context.step = counters_.step;

  const Traced traced(tracer_, "gradient", worker);
  const auto started = SteadyClock::now();
  const double before_s = thread_times_[t].algorithm_s;
  problems::GradientJob<S> job{
      .batch = batch,
      .worker = worker,
      .x = rows_.row(pass.template head_as<GradientStage<S>>()->at, worker),
      .gradient = gradients_.row(0, t),
      .buffers = buffers_field_ ? rows_.row(*buffers_field_, worker) : nullptr};
  if (post_bucket_) {
    post_early(pass, job, thread);
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
void Performer<S>::use_gradient(const Pass<S>& pass,
                                int worker,
                                CoordinateRange range,
                                int thread) {
  const Traced traced(tracer_, "kernel", worker);
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
void Performer<S>::post_early(const Pass<S>& pass, problems::GradientJob<S>& job, int thread) {
  BucketCount count(buckets_);
  const auto complete = [&](std::size_t bucket) {
    use_gradient(pass, job.worker, buckets_.range(bucket), thread);
    const Traced traced(tracer_, "send", job.worker);
    post_bucket_(job.worker, bucket);
  };
  parts_.problem->gradients(
      {&job, 1}, thread, [&](std::size_t, CoordinateRange range) { count.add(range, complete); });
  count.finish(complete);
}

template void Performer<float>::take_gradients(const Pass<float>&, const Pass<float>*, comm::Tag);
template void Performer<double>::take_gradients(const Pass<double>&,
                                                const Pass<double>*,
                                                comm::Tag);
template void Performer<float>::open_early(const Pass<float>&, const Pass<float>*, comm::Tag);
template void Performer<double>::open_early(const Pass<double>&, const Pass<double>*, comm::Tag);
template void Performer<float>::gradient_of(const Pass<float>&, int, std::int64_t, int);
template void Performer<double>::gradient_of(const Pass<double>&, int, std::int64_t, int);
template void Performer<float>::use_gradient(const Pass<float>&, int, CoordinateRange, int);
template void Performer<double>::use_gradient(const Pass<double>&, int, CoordinateRange, int);
template void Performer<float>::post_early(const Pass<float>&, problems::GradientJob<float>&, int);
template void Performer<double>::post_early(const Pass<double>&,
                                            problems::GradientJob<double>&,
                                            int);

}  // namespace murmur::engine
