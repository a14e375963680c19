// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/loss.h"

#include <algorithm>
#include <cmath>

#include "murmur/data/column.h"

namespace murmur::learning {
namespace {

template <class S>
class CrossEntropy final : public Loss<S> {
 public:
  CrossEntropy(double smoothing, std::int64_t classes, std::int64_t most)
      : smoothing_(smoothing), classes_(static_cast<std::size_t>(classes)) {
    largest_ = largest_buffer_.resize(static_cast<std::size_t>(most)).data();
    sums_ = sums_buffer_.resize(static_cast<std::size_t>(most)).data();
  }

  problems::Score forward(const S* z, const Targets<S>& targets, S* delta) override {
    const auto count = static_cast<std::size_t>(targets.count);
    exponentials(z, count, delta);
    double loss_sum = 0;
    double correct = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto label = static_cast<std::size_t>(targets.labels[i]);
      const S own = z[label * count + i];
      loss_sum += static_cast<double>(std::log(sums_[i]) - (own - largest_[i]));
      // Correct if no other class has a larger score, and none of smaller index has the same
      // (torch's argmax).
      bool is_correct = own == largest_[i];
      for (std::size_t c = 0; is_correct && c < label; ++c) {
        is_correct = z[c * count + i] < own;
      }
      correct += is_correct ? 1 : 0;
    }
    objective_sum_ = smoothing_ > 0 ? smoothed(z, count, loss_sum) : loss_sum;
    return {
        {{problems::kLoss, loss_sum, targets.count}, {problems::kCorrect, correct, targets.count}}};
  }

  double objective_sum() const override { return objective_sum_; }

  void backward(const Targets<S>& targets, S* delta) override {
    const auto count = static_cast<std::size_t>(targets.count);
    const auto scale = static_cast<S>(targets.count);
    for (std::size_t i = 0; i < count; ++i) {
      sums_[i] = S(1) / (sums_[i] * scale);
    }
    for (std::size_t c = 0; c < classes_; ++c) {
      for (std::size_t i = 0; i < count; ++i) {
        delta[c * count + i] *= sums_[i];
      }
    }
    const auto on_label = static_cast<S>(1 - smoothing_);
    for (std::size_t i = 0; i < count; ++i) {
      delta[static_cast<std::size_t>(targets.labels[i]) * count + i] -= on_label / scale;
    }
    if (smoothing_ > 0) {
      const auto everywhere = static_cast<S>(smoothing_ / static_cast<double>(classes_)) / scale;
      for (std::size_t k = 0; k < classes_ * count; ++k) {
        delta[k] -= everywhere;
      }
    }
  }

 private:
  // exp(Z - max) and its sums over classes.
  void exponentials(const S* z, std::size_t count, S* delta) {
    std::copy(z, z + count, largest_);
    for (std::size_t c = 1; c < classes_; ++c) {
      for (std::size_t i = 0; i < count; ++i) {
        largest_[i] = std::max(largest_[i], z[c * count + i]);
      }
    }
    std::fill(sums_, sums_ + count, S(0));
    for (std::size_t c = 0; c < classes_; ++c) {
      for (std::size_t i = 0; i < count; ++i) {
        const S e = std::exp(z[c * count + i] - largest_[i]);
        delta[c * count + i] = e;
        sums_[i] += e;
      }
    }
  }

  // (1 - e) loss + e / classes sum_c [ log sum exp Z - Z_c ], summed over examples.
  double smoothed(const S* z, std::size_t count, double loss_sum) const {
    double uniform = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto log_sum = static_cast<double>(std::log(sums_[i]));
      for (std::size_t c = 0; c < classes_; ++c) {
        uniform += log_sum - static_cast<double>(z[c * count + i] - largest_[i]);
      }
    }
    return (1 - smoothing_) * loss_sum + smoothing_ / static_cast<double>(classes_) * uniform;
  }

  const double smoothing_;
  const std::size_t classes_;
  data::Buffer<S> largest_buffer_;
  data::Buffer<S> sums_buffer_;
  S* largest_ = nullptr;  // per example
  S* sums_ = nullptr;     // per example
  double objective_sum_ = 0;
};

template <class S>
class MeanSquaredError final : public Loss<S> {
 public:
  explicit MeanSquaredError(std::int64_t outputs) : outputs_(outputs) {}

  // delta: Z - Y.
  problems::Score forward(const S* z, const Targets<S>& targets, S* delta) override {
    const auto count = static_cast<std::size_t>(targets.count);
    const auto outputs = static_cast<std::size_t>(outputs_);
    double squares = 0;
    for (std::size_t k = 0; k < outputs; ++k) {
      for (std::size_t i = 0; i < count; ++i) {
        const S difference = z[k * count + i] - targets.values[i * outputs + k];
        delta[k * count + i] = difference;
        squares += static_cast<double>(difference) * static_cast<double>(difference);
      }
    }
    objective_sum_ = squares / static_cast<double>(outputs_);
    return {{{problems::kLoss, objective_sum_, targets.count},
             {problems::kSquaredError, squares, targets.count * outputs_}}};
  }

  double objective_sum() const override { return objective_sum_; }

  void backward(const Targets<S>& targets, S* delta) override {
    const auto numbers = targets.count * outputs_;
    const S scale = S(2) / static_cast<S>(numbers);
    for (std::size_t k = 0; k < static_cast<std::size_t>(numbers); ++k) {
      delta[k] *= scale;
    }
  }

 private:
  const std::int64_t outputs_;
  double objective_sum_ = 0;
};

}  // namespace

template <class S>
Targets<S> targets_of(const data::Batch<S>& batch) {
  const auto& y = batch.column(data::kTargets);
  return {.count = batch.count, .labels = y.integers, .values = y.numbers.values()};
}

template <class S>
std::unique_ptr<Loss<S>> make_loss(const Objective& objective,
                                   std::int64_t outputs,
                                   std::int64_t most) {
  if (objective.task == data::Task::kRegression) {
    return std::make_unique<MeanSquaredError<S>>(outputs);
  }
  return std::make_unique<CrossEntropy<S>>(objective.label_smoothing, outputs, most);
}

template Targets<float> targets_of(const data::Batch<float>&);
template Targets<double> targets_of(const data::Batch<double>&);
template std::unique_ptr<Loss<float>> make_loss(const Objective&, std::int64_t, std::int64_t);
template std::unique_ptr<Loss<double>> make_loss(const Objective&, std::int64_t, std::int64_t);

}  // namespace murmur::learning
