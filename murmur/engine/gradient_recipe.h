// SPDX-License-Identifier: Apache-2.0
// Computes gradients as gradient_settings.h says. A worker's gradient is computed by one thread in
// a fixed order, so that no result depends on the number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "murmur/core/arena.h"
#include "murmur/engine/settings/gradient_settings.h"
#include "murmur/problems/problem.h"

namespace murmur::engine {

template <class S>
class GradientRecipe {
 public:
  // Called with each range of the gradient that is final, as problems::RangeReady.
  using Ready = std::function<void(CoordinateRange range)>;

  // The problem is borrowed.
  GradientRecipe(GradientSettings settings, problems::Problem<S>* problem, int threads);

  // How many batches the worker's step takes that begins with this one.
  std::int64_t batches(int worker, std::int64_t first) const;

  // The gradient of the step that begins with job.batch. Out: job.gradient; job.loss, the mean of
  // the batches' losses at job.x, weighted; job.weight, the sum of their weights. job.buffers are
  // those after one pass over each batch. Ranges that are never reported are final on return.
  void take(problems::GradientJob<S>& job, int thread, const Ready& ready);

  // Scales a gradient that is longer than allowed.
  void clip(S* gradient) const;
  // Whether a range that a problem reports is final, before the rest is there.
  bool is_final_early() const { return settings_.is_final_early(); }

  std::size_t bytes() const { return scratch_.bytes(); }

 private:
  void take_mean(problems::GradientJob<S>& job, std::int64_t count, int thread, const Ready& early);
  void take_batch(problems::GradientJob<S>& job, int thread, const Ready& ready);
  S norm(const S* gradient) const;
  std::size_t row_size() const { return problem_->layout().row_size(); }

  GradientSettings settings_;
  problems::Problem<S>* problem_;
  Arena<S> scratch_;  // fields: sums over batches, perturbed models; a row per thread
};

extern template class GradientRecipe<float>;
extern template class GradientRecipe<double>;

}  // namespace murmur::engine
