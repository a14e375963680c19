// SPDX-License-Identifier: Apache-2.0
// A gradient that takes a given time and whose result is constant. Either it sleeps, as a processor
// does whose device computes, or it keeps the processor busy. The first third is the forward pass;
// then layers are announced one by one, last first.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <thread>

#include "murmur/problems/problem.h"

namespace murmur::bench {

class BusyProblem : public problems::Problem<float> {
 public:
  struct Settings {
    int workers = 0;
    std::int64_t parameters = 0;
    int layers = 0;             // all of the same size
    double gradient_s = 0;      // of a gradient that sleeps
    std::int64_t products = 0;  // of a gradient that computes; 0: it sleeps
    bool announces = true;
  };
  static constexpr double kBackward = 2.0 / 3;  // of a gradient's time

  explicit BusyProblem(const Settings& settings) : settings_(settings), layout_(sizeof(float)) {
    for (int layer = 0; layer < settings.layers; ++layer) {
      layout_.add(std::to_string(layer), {settings.parameters / settings.layers});
    }
  }

  int workers() const override { return settings_.workers; }
  const Layout& layout() const override { return layout_; }
  void prepare(int /*threads*/) override {}
  void start(int /*worker*/, std::span<float> row) const override {
    std::fill(row.begin(), row.end(), 1.0F);
  }
  double loss(int /*worker*/,
              const murmur::problems::Model<float>& /*model*/,
              int /*thread*/) override {
    return 0;
  }

  void gradients(std::span<problems::GradientJob<float>> jobs,
                 int /*thread*/,
                 const problems::RangeReady& ready) override {
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      const auto begun = std::chrono::steady_clock::now();
      work(begun, 0, 1 - kBackward);
      const std::span<const TensorSlot> layers = layout_.tensors();
      std::size_t end = layout_.row_size();
      for (std::size_t left = layers.size(); left-- > 0;) {
        const double part = kBackward / static_cast<double>(layers.size());
        work(begun, 1 - part * static_cast<double>(left + 1), part);
        if (settings_.announces) {
          ready(j, {layers[left].offset, end});
        }
        end = layers[left].offset;
      }
    }
  }

  // This many products and sums in eight independent chains; returns a value that depends on them.
  static float compute(std::int64_t products) {
    constexpr std::size_t kAtOnce = 8;
    float sums[kAtOnce] = {};
    for (std::int64_t k = 0; k < products; k += kAtOnce) {
      for (std::size_t c = 0; c < kAtOnce; ++c) {
        sums[c] = sums[c] * 0.999F + static_cast<float>(c);
      }
    }
    return sums[0] + sums[kAtOnce - 1];
  }

 private:
  // The part of the gradient from `from` on, both as shares of its time. A sleeping gradient ends
  // at its time, however late it began: a device does not wait for the processor.
  void work(std::chrono::steady_clock::time_point begun, double from, double part) {
    if (settings_.products == 0) {
      const std::chrono::duration<double> until((from + part) * settings_.gradient_s);
      std::this_thread::sleep_until(
          begun + std::chrono::duration_cast<std::chrono::steady_clock::duration>(until));
    } else {
      const double products = part * static_cast<double>(settings_.products);
      result_ = compute(static_cast<std::int64_t>(products));
    }
  }

  Settings settings_;
  Layout layout_;
  volatile float result_ = 0;  // never read; keeps the compiler from removing the work
};

}  // namespace murmur::bench
