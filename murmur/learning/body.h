// SPDX-License-Identifier: Apache-2.0
// The body of a network: all layers before its head (head.h). Parameters are views of the row that
// is passed in and are not copied before the forward pass.
#pragma once

#include <cstdint>

#include "murmur/learning/head.h"

namespace murmur::learning {

// Not thread-safe: one instance per thread.
template <class S>
class Body {
 public:
  Body() = default;
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  virtual ~Body() = default;

  // Returns count x features values, valid until the next call. If `gradient` (a row) is not null,
  // saves what backward() needs; backward() will write to `gradient`.
  virtual const S* forward(const S* x, const S* images, std::int64_t count, S* gradient) = 0;

  // feature_gradient: the derivative of the loss with respect to the result of forward().
  virtual void backward(const S* feature_gradient, const LayerReady& ready) = 0;
};

}  // namespace murmur::learning
