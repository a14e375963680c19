// SPDX-License-Identifier: Apache-2.0
// The body of a network: all that is before its head (head.h). Its parameters and buffers are views
// of the rows that are passed in and are not copied before the forward pass.
#pragma once

#include <cstdint>

#include "murmur/core/random.h"
#include "murmur/data/batch.h"
#include "murmur/learning/head.h"

namespace murmur::learning {

// What one forward pass computes with; rows in the layouts of the network's parameters and buffers.
template <class S>
struct BodyPass {
  const S* x = nullptr;
  // Read in evaluation. In training their running statistics are updated once; null: none are.
  S* buffers = nullptr;
  const data::BatchColumn<S>* inputs = nullptr;
  std::int64_t count = 0;
  // In training, where backward() will write to; null: evaluation.
  S* gradient = nullptr;
  // The random numbers of dropout; null: nothing is dropped.
  const Random* dropout = nullptr;
};

// Not thread-safe: one instance per thread.
template <class S>
class Body {
 public:
  Body() = default;
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  virtual ~Body() = default;

  // Returns count x features values, valid until the next call. Throws std::runtime_error if the
  // network cannot be trained on such a batch.
  virtual const S* forward(const BodyPass<S>& pass) = 0;

  // feature_gradient: the derivative of the loss with respect to the result of forward(), which was
  // called with a gradient.
  virtual void backward(const S* feature_gradient, const LayerReady& ready) = 0;
};

}  // namespace murmur::learning
