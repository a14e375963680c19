// SPDX-License-Identifier: Apache-2.0
// The beginning of a network, everything before its head (head.h). Parameters are views of the row
// that is passed in: nothing is copied before the forward pass.
#pragma once

#include <cstdint>

#include "murmur/learning/head.h"

namespace murmur::learning {

// One per thread.
template <class S>
class Body {
 public:
  Body() = default;
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  virtual ~Body() = default;

  // count x features numbers, valid until the next call. With `gradient` (a row), what backward()
  // needs is kept, and it will write there.
  virtual const S* forward(const S* x, const S* images, std::int64_t count, S* gradient) = 0;

  // feature_gradient: the derivative by what forward() returned.
  virtual void backward(const S* feature_gradient, const LayerReady& ready) = 0;
};

}  // namespace murmur::learning
