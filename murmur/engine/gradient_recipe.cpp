// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/gradient_recipe.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/engine/reduce.h"

namespace murmur::engine {
namespace {

constexpr std::size_t kSums = 0;
constexpr std::size_t kPerturbed = 1;
constexpr double kSharpnessEps = 1e-12;
constexpr double kClipEps = 1e-6;

template <class S>
void add(const S* __restrict from, std::size_t count, S* __restrict sums) {
  for (std::size_t k = 0; k < count; ++k) {
    sums[k] += from[k];
  }
}

// to <- x + factor h
template <class S>
void move(const S* x, const S* h, S factor, std::size_t count, S* __restrict to) {
  for (std::size_t k = 0; k < count; ++k) {
    to[k] = x[k] + factor * h[k];
  }
}

// gradient <- (sums + gradient) / count
template <class S>
void finish_mean(const S* __restrict sums, S count, CoordinateRange range, S* __restrict gradient) {
  for (std::size_t k = range.begin; k < range.end; ++k) {
    gradient[k] = (sums[k] + gradient[k]) / count;
  }
}

// Calls visit(range) for what `done`, disjoint ranges, leaves of [0, size).
template <class Visit>
void visit_rest(std::vector<CoordinateRange> done, std::size_t size, const Visit& visit) {
  std::sort(done.begin(), done.end(), [](const CoordinateRange& a, const CoordinateRange& b) {
    return a.begin < b.begin;
  });
  done.push_back({size, size});
  std::size_t begin = 0;
  for (const CoordinateRange& range : done) {
    if (begin < range.begin) {
      visit({begin, range.begin});
    }
    begin = range.end;
  }
}

}  // namespace

template <class S>
GradientRecipe<S>::GradientRecipe(GradientSettings settings,
                                  problems::Problem<S>* problem,
                                  int threads)
    : settings_(std::move(settings)), problem_(problem) {
  const auto rows = static_cast<std::size_t>(threads);
  scratch_ = Arena<S>({settings_.accumulate > 1 ? rows : 0, settings_.sharpness > 0 ? rows : 0},
                      row_size());
}

template <class S>
std::int64_t GradientRecipe<S>::batches(int worker, std::int64_t first) const {
  if (settings_.accumulate == 1 || !settings_.batches_of_step) {
    return settings_.accumulate;
  }
  const std::int64_t count = settings_.batches_of_step(worker, first);
  MURMUR_CHECK(count >= 1 && count <= settings_.accumulate, "{} batches in a step", count);
  return count;
}

template <class S>
void GradientRecipe<S>::take(problems::GradientJob<S>& job, int thread, const Ready& ready) {
  const std::int64_t count = batches(job.worker, job.batch);
  const Ready early = settings_.is_final_early() ? ready : Ready();
  if (count == 1) {
    take_batch(job, thread, early);
  } else {
    take_mean(job, count, thread, early);
  }
  clip(job.gradient);
}

template <class S>
void GradientRecipe<S>::take_mean(problems::GradientJob<S>& job,
                                  std::int64_t count,
                                  int thread,
                                  const Ready& early) {
  S* const sums = scratch_.row(kSums, static_cast<std::size_t>(thread));
  std::fill_n(sums, row_size(), S(0));
  problems::GradientJob<S> batch = job;
  double loss_sum = 0;
  double weight_sum = 0;
  std::vector<CoordinateRange> done;
  const auto finish = [&](CoordinateRange range) {
    finish_mean(sums, static_cast<S>(count), range, job.gradient);
  };
  for (std::int64_t k = 0; k < count; ++k) {
    batch.batch = job.batch + k;
    batch.weight = 1;
    if (k + 1 < count) {
      take_batch(batch, thread, {});
      add(job.gradient, row_size(), sums);
    } else {
      take_batch(batch, thread, [&](CoordinateRange range) {
        finish(range);
        done.push_back(range);
        if (early) {
          early(range);
        }
      });
    }
    loss_sum += batch.weight * batch.loss;
    weight_sum += batch.weight;
  }
  visit_rest(std::move(done), row_size(), finish);
  job.loss = loss_sum / weight_sum;
  job.weight = weight_sum;
}

// The second pass has the same batch, so the same random draws, and leaves the buffers alone.
template <class S>
void GradientRecipe<S>::take_batch(problems::GradientJob<S>& job, int thread, const Ready& ready) {
  const auto compute = [&](problems::GradientJob<S>& pass, const Ready& report) {
    problem_->gradients({&pass, 1}, thread, [&](std::size_t, CoordinateRange range) {
      if (report) {
        report(range);
      }
    });
  };
  if (settings_.sharpness == 0) {
    compute(job, ready);
    return;
  }
  compute(job, {});
  S* const perturbed = scratch_.row(kPerturbed, static_cast<std::size_t>(thread));
  const S factor =
      static_cast<S>(settings_.sharpness) / (norm(job.gradient) + static_cast<S>(kSharpnessEps));
  for (const TensorSlot& slot : problem_->layout().tensors()) {
    move(job.x + slot.offset,
         job.gradient + slot.offset,
         factor,
         slot.size,
         perturbed + slot.offset);
  }
  problems::GradientJob<S> second = job;
  second.x = perturbed;
  second.buffers = nullptr;
  compute(second, ready);
}

template <class S>
void GradientRecipe<S>::clip(S* gradient) const {
  if (settings_.clip_norm <= 0) {
    return;
  }
  const S factor =
      static_cast<S>(settings_.clip_norm) / (norm(gradient) + static_cast<S>(kClipEps));
  if (factor < S(1)) {
    for (std::size_t k = 0; k < row_size(); ++k) {
      gradient[k] *= factor;
    }
  }
}

template <class S>
S GradientRecipe<S>::norm(const S* gradient) const {
  return static_cast<S>(std::sqrt(squared_norm(gradient, row_size())));
}

template class GradientRecipe<float>;
template class GradientRecipe<double>;

}  // namespace murmur::engine
