// SPDX-License-Identifier: Apache-2.0
// The objective: the mean over workers of f_i, each defined by its own data. The same (worker,
// batch) always has the same examples and the same random draws, so a problem has no state to
// checkpoint: what a pass changes beside the gradient, running statistics for example, is in the
// worker's row of buffers, which the engine keeps.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "murmur/core/error.h"
#include "murmur/core/layout.h"
#include "murmur/problems/score.h"

namespace murmur::problems {

// One stochastic gradient of worker `worker` at the model `x`, written into `gradient`. Both are
// rows in the problem's layout; the padding of `gradient` is set to zero.
template <class S>
struct GradientJob {
  std::int64_t batch = 0;  // how many batches this worker has begun before this one
  int worker = 0;
  const S* x = nullptr;
  S* gradient = nullptr;
  // The worker's row in buffers(), which the pass updates. Null: the problem has none, or the pass
  // is one that leaves them as they are.
  S* buffers = nullptr;
  double loss = 0;    // out: the batch's mean loss, without weight decay
  double weight = 1;  // out: how many examples the batch has, over those of a full one
};

// Called for each completed range of a job's gradient, last layer first. No coordinate is reported
// twice; ranges that are never reported are complete when gradients() returns. After the call the
// problem accesses neither `x` nor `gradient` in this range, so the caller may overwrite both.
using RangeReady = std::function<void(std::size_t job, CoordinateRange range)>;

// A model to be evaluated: its row in Problem::layout() and its row in Problem::buffers(). Null
// buffers: the problem has none.
template <class S>
struct Model {
  const S* x = nullptr;
  const S* buffers = nullptr;

  Model(const S* row, const S* its_buffers = nullptr)  // NOLINT(google-explicit-constructor)
      : x(row), buffers(its_buffers) {}
};

// Thread-safe: every member may be called from several threads at once, each with its own `thread`
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
  // Of what belongs to a worker's model and is no parameter, such as running statistics. Empty: the
  // problem has none.
  virtual const Layout& buffers() const {
    static const Layout kNone;
    return kNone;
  }

  // Called once before the first gradient.
  virtual void prepare(int threads) = 0;

  // Writes the worker's initial model into `row` (padding is already zero). All workers have the
  // same initial model, unless starts_differ().
  virtual void start(int worker, std::span<S> row) const = 0;
  virtual bool starts_differ() const { return false; }
  // Writes the initial buffers, the same for all workers (padding is already zero).
  virtual void start_buffers(std::span<S> /*row*/) const {}

  // Computes the gradients of all jobs. CPU problems receive spans of one; a device may batch them.
  virtual void gradients(std::span<GradientJob<S>> jobs, int thread, const RangeReady& ready) = 0;

  // Loss of the worker's f_i at the model on all of its data, without weight decay and noise.
  virtual double loss(int worker, const Model<S>& model, int thread) = 0;

  // Number of parts of the evaluation data, one score() call each, added in order; 0: there is no
  // evaluation data. All parts have sums of the same names.
  virtual std::int64_t score_parts() const { return 0; }
  virtual Score score(const Model<S>& /*model*/, std::int64_t /*part*/, int /*thread*/) {
    return {};
  }
};

}  // namespace murmur::problems
