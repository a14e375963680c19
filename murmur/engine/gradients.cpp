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

// What a pass mixes or sends is final where the gradient pass before it has done its work.
template <class S>
bool mixes(const Pass<S>* next) {
  if (next == nullptr || next->head == nullptr) {
    return false;
  }
  const StageKind kind = next->head->kind;
  return kind == StageKind::kMix || kind == StageKind::kPush || kind == StageKind::kSend;
}

// What an average writes, nobody looks at before the last gradient is taken.
template <class S>
bool averages_apart(const Pass<S>& pass, const Pass<S>* next) {
  if (next == nullptr || next->head == nullptr || next->head->kind != StageKind::kAverage ||
      next->head->group != 0) {
    return false;
  }
  std::uint64_t touched = (std::uint64_t{1} << pass.head->at) | touched_fields(*pass.head);
  for (const LocalStage<S>& local : pass.locals) {
    touched |= touched_fields(*local.stage);
  }
  return ((touched >> next->head->into) & 1U) == 0;
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
  if (mixes(next)) {
    const Stage<S>& stage = *next->head;
    Mixer<S>& mixer = stage.kind == StageKind::kSend ? mixer_of(stage.slot) : mixer_;
    open_mix(mixer, stage, next_tag);
    post_bucket_ = [&mixer](int worker, std::size_t bucket) { mixer.post(worker, bucket); };
  } else if (averages_apart(pass, next) && averager_.is_spread()) {
    open_average(*next->head, next_tag);
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
  problems::GradientJob<S> job{.step = batch,
                               .worker = worker,
                               .x = rows_.row(pass.head->at, worker),
                               .gradient = gradients_.row(0, t)};
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
  const Round<S> round = round_of(worker);
  std::vector<S*>& fields = pointers_[t];
  for (std::size_t begin = range.begin; begin < range.end; begin += kBlock) {
    const std::size_t count = std::min(kBlock, range.end - begin);
    rows_.at(worker, begin, pass.head->binds, fields.data());
    pass.head->kernel(fields.data(), gradient + begin, count, round, pass.head->options.get());
    for (const LocalStage<S>& local : pass.locals) {
      rows_.at(worker, begin, local.stage->binds, fields.data());
      local.stage->kernel(fields.data(), nullptr, count, round, local.stage->options.get());
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
