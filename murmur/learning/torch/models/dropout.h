// SPDX-License-Identifier: Apache-2.0
// The dropouts of a model of tokens in one pass: one share, and for each call a place of its own.
#pragma once

#include <cstdint>

#include "murmur/learning/torch/models/module.h"

namespace murmur::learning {

class Dropout {
 public:
  // Null draws: nothing is dropped.
  Dropout(double share, const Random* draws, std::uint64_t first_place = 0)
      : share_(share), draws_(draws), place_(first_place) {}
  at::Tensor operator()(const at::Tensor& x) { return drop(x, share_, draws_, place_++); }

 private:
  double share_;
  const Random* draws_;
  std::uint64_t place_;
};

}  // namespace murmur::learning
