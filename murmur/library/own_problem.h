// SPDX-License-Identifier: Apache-2.0
// A model without gradients: those are computed by the program, outside of the engine.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/problems/problem.h"

namespace murmur::library {

template <class S>
class OwnProblem : public problems::Problem<S> {
 public:
  // `start`, `start_buffers`: rows of the layouts, which all workers have at the start.
  OwnProblem(int workers,
             Layout layout,
             Layout buffers,
             std::vector<S> start,
             std::vector<S> start_buffers)
      : workers_(workers),
        layout_(std::move(layout)),
        buffers_(std::move(buffers)),
        start_(std::move(start)),
        start_buffers_(std::move(start_buffers)) {}

  int workers() const override { return workers_; }
  const Layout& layout() const override { return layout_; }
  const Layout& buffers() const override { return buffers_; }
  void prepare(int /*threads*/) override {}
  void start(int /*worker*/, std::span<S> row) const override {
    std::copy(start_.begin(), start_.end(), row.begin());
  }
  void start_buffers(std::span<S> row) const override {
    std::copy(start_buffers_.begin(), start_buffers_.end(), row.begin());
  }
  void gradients(std::span<problems::GradientJob<S>> /*jobs*/,
                 int /*thread*/,
                 const problems::RangeReady& /*ready*/) override {
    MURMUR_CHECK(false, "a gradient is asked for, and the program computes them");
  }
  double loss(int worker, const problems::Model<S>& /*model*/, int /*thread*/) override {
    MURMUR_CHECK(false, "the loss of worker {} on all of its data", worker);
    return 0;
  }

 private:
  const int workers_;
  const Layout layout_;
  const Layout buffers_;
  const std::vector<S> start_;
  const std::vector<S> start_buffers_;
};

}  // namespace murmur::library
