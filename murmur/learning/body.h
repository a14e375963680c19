// SPDX-License-Identifier: Apache-2.0
// The beginning of a network, everything before its head (head.h), computed and differentiated by
// torch. Parameters are views of the row that is passed in: nothing is copied before the forward
// pass.
#pragma once

#include <cstdint>
#include <memory>

#include "murmur/core/layout.h"
#include "murmur/learning/head.h"
#include "murmur/models/network.h"

namespace murmur::learning {

// One per thread.
template <class S>
class Body {
 public:
  Body(const models::Network& network, const Layout& layout);
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body();

  // False: the head is all of the network, and nothing below may be called.
  bool exists() const;

  // count x features numbers, valid until the next call. With `gradient` (a row), what backward()
  // needs is kept, and it will write there.
  const S* forward(const S* x, const S* images, std::int64_t count, S* gradient);

  // feature_gradient: the derivative by what forward() returned.
  void backward(const S* feature_gradient, const LayerReady& ready);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

extern template class Body<float>;
extern template class Body<double>;

}  // namespace murmur::learning
