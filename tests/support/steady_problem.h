// SPDX-License-Identifier: Apache-2.0
// A problem whose gradient costs nothing, with a model of several buckets.
#pragma once

#include <algorithm>
#include <string>

#include "murmur/problems/problem.h"

namespace murmur::testing {

// The gradient is x, tensor by tensor.
class SteadyProblem final : public problems::Problem<double> {
 public:
  explicit SteadyProblem(int workers, int tensors = 3) : workers_(workers) {
    for (int t = 0; t < tensors; ++t) {
      layout_.add("tensor" + std::to_string(t), {kBucket});
    }
  }

  int workers() const override { return workers_; }
  const Layout& layout() const override { return layout_; }
  void prepare(int /*threads*/) override {}
  void start(int /*worker*/, std::span<double> row) const override {
    std::fill(row.begin(), row.end(), 1.0);
  }
  void gradients(std::span<problems::GradientJob<double>> jobs,
                 int /*thread*/,
                 const problems::RangeReady& ready) override {
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      std::copy(jobs[j].x, jobs[j].x + layout_.row_size(), jobs[j].gradient);
      for (std::size_t t = layout_.tensors().size(); t-- > 0;) {
        const TensorSlot& slot = layout_.tensors()[t];
        ready(j, {slot.offset, slot.offset + slot.size});
      }
    }
  }
  double loss(int /*worker*/, const problems::Model<double>& /*model*/, int /*thread*/) override {
    return 0;
  }

 private:
  static constexpr std::int64_t kBucket = 16384;  // coordinates: 128 KiB

  int workers_;
  Layout layout_{sizeof(double)};
};

}  // namespace murmur::testing
