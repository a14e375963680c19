// SPDX-License-Identifier: Apache-2.0
// A task of the user as a problem of the engine.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <murmur/task.h>

#include "murmur/core/host_program.h"
#include "murmur/core/mutex.h"
#include "murmur/problems/problem.h"

namespace murmur::library {

template <class S>
class TaskProblem : public problems::Problem<S> {
 public:
  // Throws Error for a task that lacks something or contradicts itself. Calls task.start().
  TaskProblem(BasicTask<S> task, int workers, std::uint64_t seed);

  // Before each step; `step` is what the gradients of that step are told.
  // They compute in the floating-point mode of the calling thread.
  void begin_step(std::int64_t step) {
    step_ = step;
    host_mode_ = FloatMode::current();
  }

  int workers() const override { return workers_; }
  const Layout& layout() const override { return layout_; }
  const Layout& buffers() const override { return buffers_; }
  void prepare(int /*threads*/) override {}
  void start(int worker, std::span<S> row) const override;
  bool starts_differ() const override { return starts_differ_; }
  void start_buffers(std::span<S> row) const override;
  void gradients(std::span<problems::GradientJob<S>> jobs,
                 int thread,
                 const problems::RangeReady& ready) override;
  // Unknown: a task says the loss of batches.
  double loss(int worker, const problems::Model<S>& model, int thread) override;
  std::int64_t score_parts() const override { return task_.score_parts; }
  problems::Score score(const problems::Model<S>& model, std::int64_t part, int thread) override;

 private:
  // The start of a worker, with zeros between the tensors.
  void start_of(int worker, std::vector<S>& row, std::vector<S>& buffers) const;
  void gradient(problems::GradientJob<S>& job, int thread, const ParameterReady& ready);
  std::string_view kept(const std::string& name);

  const BasicTask<S> task_;
  const int workers_;
  const std::uint64_t seed_;
  const Layout layout_;
  const Layout buffers_;
  std::vector<S> start_;          // of worker 0
  std::vector<S> start_buffers_;  // of all
  bool starts_differ_ = false;
  std::int64_t step_ = 0;
  FloatMode host_mode_ = FloatMode::current();
  Mutex mutex_;
  std::set<std::string, std::less<>> names_ MURMUR_GUARDED_BY(mutex_);  // of sums
};

extern template class TaskProblem<float>;
extern template class TaskProblem<double>;

}  // namespace murmur::library
