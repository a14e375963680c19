// SPDX-License-Identifier: Apache-2.0
// What is minimised: the mean over workers of f_i, each with its own data. The same (worker, step)
// always means the same batch, so nothing of a problem needs saving.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "murmur/core/error.h"
#include "murmur/core/layout.h"

namespace murmur::problems {

// One stochastic gradient: of worker `worker`, at the model `x`, into `gradient` (rows in the
// problem's layout; padding of `gradient` is zeroed). Buffers: the worker's row of model buffers
// (batch-norm statistics), or null where the problem has none.
template <class S>
struct GradientJob {
  std::int64_t step = 0;
  int worker = 0;
  const S* x = nullptr;
  S* gradient = nullptr;
  double loss = 0;  // out: the batch's mean loss, without weight decay
};

// Said for each finished range of a job's gradient, last layer first; no coordinate twice, and what
// is never said is finished when gradients() returns. From then on x may change there: the problem
// looks at neither any more.
using RangeReady = std::function<void(std::size_t job, CoordinateRange range)>;

// What a model scores on a part of the evaluation data; parts are added up, in order.
struct Score {
  double loss_sum = 0;
  double correct = 0;         // examples classified right
  std::int64_t examples = 0;  // 0: the problem has no examples, loss_sum is the loss

  Score& operator+=(const Score& other) {
    loss_sum += other.loss_sum;
    correct += other.correct;
    examples += other.examples;
    return *this;
  }
};

// Threads: every member may be called from several threads at once, each with its own `thread`
// index below the count given to prepare().
template <class S>
class Problem {
 public:
  Problem() = default;
  Problem(const Problem&) = delete;
  Problem& operator=(const Problem&) = delete;
  virtual ~Problem() = default;

  virtual int workers() const = 0;
  virtual const Layout& layout() const = 0;

  // Called once before the first gradient.
  virtual void prepare(int threads) = 0;

  // Writes worker's start into `row` (padding is already zero). All workers share one start unless
  // the problem says otherwise.
  virtual void start(int worker, std::span<S> row) const = 0;
  virtual bool starts_differ() const { return false; }

  // Computes the gradients of all jobs. CPU problems get spans of one; a device may stack them.
  virtual void gradients(std::span<GradientJob<S>> jobs, int thread, const RangeReady& ready) = 0;

  // Loss of worker's own f_i at x on its whole data, without decay and noise.
  virtual double loss(int worker, const S* x, int thread) = 0;

  // Evaluation data, in parts of one call each; 0 parts: there is nothing to evaluate.
  virtual std::int64_t score_parts() const { return 0; }
  virtual Score score(const S* /*x*/, std::int64_t /*part*/, int /*thread*/) { return {}; }
};

}  // namespace murmur::problems
