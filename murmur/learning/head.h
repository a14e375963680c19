// SPDX-License-Identifier: Apache-2.0
// The head of a network: its last linear layers (models::Network::head) with relu between them, and
// the loss (loss.h). An MLP consists of a head only. Its gradient is derived by hand:
//
//   forward    A_0 = X^T,  Z_l = W_l A_{l-1} + b_l,  A_l = relu(Z_l)
//   backward   D_L = dL/dZ_L
//              dW_l = D_l A_{l-1}^T,  db_l = row sums of D_l,
//              D_{l-1} = W_l^T D_l where A_{l-1} > 0, otherwise 0
//
// Activations are stored as features x examples: both products with the large matrix are then
// faster (9 % of a gradient of an MLP 784-128-10), and softmax and relu vectorize over examples.
// Products are written directly into the row of the gradient.
//
// With Network::bf16, as under torch.autocast: operands, biases and results of every product are
// rounded to bfloat16, and sums are accumulated in single precision; the loss is single.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "murmur/core/arena.h"
#include "murmur/core/layout.h"
#include "murmur/learning/loss.h"
#include "murmur/learning/matmul.h"
#include "murmur/models/network.h"
#include "murmur/problems/problem.h"

namespace murmur::learning {

// Called when the gradient of the coordinates of a layer is complete, last layer first.
using LayerReady = std::function<void(CoordinateRange range)>;

// Not thread-safe: one instance per thread, which owns buffers for intermediate values.
template <class S>
class Head {
 public:
  // Destinations of derivatives: with respect to the parameters, a row; with respect to the
  // features, count x inputs() values, or null if not needed.
  struct Derivatives {
    S* gradient = nullptr;
    S* features = nullptr;
    double factor = 1;  // of the loss
  };

  // `most`: largest number of examples in one call.
  Head(const models::Network& network,
       const Layout& layout,
       const Objective& objective,
       std::int64_t most,
       Matmul<S> matmul);

  std::int64_t inputs() const { return layers_.front().inputs; }

  // x: a row; features: targets.count x inputs(), row-major.
  problems::Score forward(const S* x, const S* features, const Targets<S>& targets);
  // The loss of the last forward() that backward() differentiates, times the number of examples.
  double objective_sum() const { return loss_->objective_sum(); }

  // Of the last forward(): outputs x examples.
  std::span<const S> outputs() const {
    const LinearLayer& last = layers_.back();
    return {last.values, static_cast<std::size_t>(last.outputs * count_)};
  }

  // REQUIRES: the last call was forward() with the same arguments.
  void backward(const S* x,
                const S* features,
                const Targets<S>& targets,
                const Derivatives& derivatives,
                const LayerReady& ready);

 private:
  struct LinearLayer {
    std::int64_t inputs = 0;
    std::int64_t outputs = 0;
    bool relu = false;       // followed by relu
    std::size_t weight = 0;  // offsets in a row
    std::size_t bias = 0;
    CoordinateRange range;  // of weight and bias, with padding
    S* values = nullptr;    // outputs x count: A_l, or Z_L in the last layer
  };

  S* allocate(std::int64_t size);
  // An operand of a product: the values, or with bf16 their rounded copy in `room`.
  const S* operand(const S* values, std::int64_t size, S* room) const;
  // A result of a product, rounded with bf16.
  void finish(S* values, std::int64_t size) const;
  void activate(const LinearLayer& layer, const S* bias) const;
  void write_gradient(std::size_t layer, const S* features, S* gradient) const;

  const bool bf16_;
  Matmul<S> matmul_;
  std::unique_ptr<Loss<S>> loss_;
  std::vector<LinearLayer> layers_;
  Arena<S> arena_;
  std::size_t used_ = 0;
  S* delta_ = nullptr;             // D_l
  S* next_delta_ = nullptr;        // D_{l-1}
  S* rounded_weight_ = nullptr;    // with bf16
  S* rounded_features_ = nullptr;  // with bf16
  std::int64_t count_ = 0;         // examples of the last forward()
};

extern template class Head<float>;
extern template class Head<double>;

}  // namespace murmur::learning
