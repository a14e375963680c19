// SPDX-License-Identifier: Apache-2.0
// f_i(x) = 1/2 sum_k a_ik (x_k - b_ik - shift)^2, where the shift is of the worker, the batch and
// the coordinate: an objective whose gradient at another point depends on the batch.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "tests/support/oracles.h"

namespace murmur::testing {

class NoisyQuadratic {
 public:
  static constexpr double kDecay = 0.02;

  explicit NoisyQuadratic(int workers) : quadratic_(random_quadratic(workers)) {}

  int workers() const { return quadratic_.workers; }
  std::size_t size() const { return quadratic_.center.size(); }
  std::size_t dimension() const { return quadratic_.dimension(); }
  const Stack& start() const { return quadratic_.start; }
  double shift(int worker, std::int64_t batch, std::size_t k) const {
    return 0.5 * std::sin(static_cast<double>(31 * (worker + 1) + 7 * batch) +
                          static_cast<double>(5 * k));
  }
  double slope(int worker, std::int64_t batch, std::size_t k, double x) const {
    const std::size_t c = static_cast<std::size_t>(worker) * dimension() + k;
    return quadratic_.curvature[c] * (x - quadratic_.center[c] - shift(worker, batch, k));
  }
  // Of all workers, without and with weight decay.
  Stack data_gradient(const Stack& x, std::int64_t batch) const {
    Stack g(x.size());
    for (std::size_t c = 0; c < x.size(); ++c) {
      g[c] = slope(static_cast<int>(c / dimension()), batch, c % dimension(), x[c]);
    }
    return g;
  }
  Stack gradient(const Stack& x, std::int64_t batch) const {
    return data_gradient(x, batch) + kDecay * x;
  }

 private:
  Quadratic quadratic_;
};

class NoisyProblem : public problems::Problem<double> {
 public:
  explicit NoisyProblem(const NoisyQuadratic& objective)
      : objective_(objective), layout_(sizeof(double)) {
    layout_.add("x", {static_cast<std::int64_t>(objective.dimension())});
  }

  int workers() const override { return objective_.workers(); }
  const Layout& layout() const override { return layout_; }
  void prepare(int /*threads*/) override {}
  void start(int worker, std::span<double> row) const override {
    const Stack one = of_worker(objective_.start(), workers(), worker);
    std::copy(std::begin(one), std::end(one), row.begin());
  }
  bool starts_differ() const override { return false; }
  void gradients(std::span<problems::GradientJob<double>> jobs,
                 int /*thread*/,
                 const problems::RangeReady& ready) override {
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      problems::GradientJob<double>& job = jobs[j];
      std::fill_n(job.gradient, layout_.row_size(), 0.0);
      for (std::size_t k = 0; k < objective_.dimension(); ++k) {
        job.gradient[k] = objective_.slope(job.worker, job.batch, k, job.x[k]);
      }
      ready(j, {0, layout_.row_size()});
    }
  }
  double loss(int /*worker*/, const problems::Model<double>& /*model*/, int /*thread*/) override {
    return 0;
  }

 private:
  NoisyQuadratic objective_;
  Layout layout_;
};

}  // namespace murmur::testing
