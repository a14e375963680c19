// SPDX-License-Identifier: Apache-2.0
// A problem whose gradients depend on the batch: worker i has examples 0, 1, 2, ..., each with
// 1/2 sum_k a_k (x_k - c_k)^2 of its own, and batch b of size s has examples b s, ..., b s + s - 1.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "murmur/core/random.h"
#include "murmur/problems/problem.h"

namespace murmur::testing {

template <class S>
class ExampleBatches : public problems::Problem<S> {
 public:
  struct Shape {
    std::int64_t rows = 9;
    std::int64_t columns = 14;
    std::int64_t vector_size = 21;
  };

  ExampleBatches(int workers, std::int64_t batch_size, Shape shape)
      : workers_(workers), batch_size_(batch_size), layout_(sizeof(S)) {
    layout_.add("weight", {shape.rows, shape.columns});
    layout_.add("bias", {shape.vector_size});
  }
  ExampleBatches(int workers, std::int64_t batch_size)
      : ExampleBatches(workers, batch_size, Shape{}) {}

  int workers() const override { return workers_; }
  const Layout& layout() const override { return layout_; }
  void prepare(int /*threads*/) override {}
  void start(int /*worker*/, std::span<S> row) const override {
    const Random draws(3, Stream::kTest, 0, 0);
    for (const TensorSlot& slot : layout_.tensors()) {
      for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
        row[k] = static_cast<S>(draws.normal(k));
      }
    }
  }

  void gradients(std::span<problems::GradientJob<S>> jobs,
                 int /*thread*/,
                 const problems::RangeReady& ready) override {
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      problems::GradientJob<S>& job = jobs[j];
      std::fill_n(job.gradient, layout_.row_size(), S(0));
      job.loss = 0;
      for (std::int64_t e = 0; e < batch_size_; ++e) {
        add_example(job, job.batch * batch_size_ + e);
      }
      for (std::size_t t = layout_.tensors().size(); t-- > 0;) {  // in the order of backward
        const TensorSlot& slot = layout_.tensors()[t];
        ready(j, {slot.offset, slot.offset + slot.size});
      }
    }
  }
  double loss(int /*worker*/, const problems::Model<S>& /*model*/, int /*thread*/) override {
    return 0;
  }

 private:
  void add_example(problems::GradientJob<S>& job, std::int64_t example) const {
    const Random draws(3, Stream::kTest, job.worker, example + 1);
    const double share = 1.0 / static_cast<double>(batch_size_);
    for (const TensorSlot& slot : layout_.tensors()) {
      for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
        const double curvature = 0.5 + draws.uniform(2 * k);
        const double away = static_cast<double>(job.x[k]) - (2 * draws.uniform(2 * k + 1) - 1);
        job.gradient[k] += static_cast<S>(share * curvature * away);
        job.loss += share * 0.5 * curvature * away * away;
      }
    }
  }

  int workers_;
  std::int64_t batch_size_;
  Layout layout_;
};

}  // namespace murmur::testing
