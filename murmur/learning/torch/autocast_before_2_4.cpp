// SPDX-License-Identifier: Apache-2.0
// Of torch 1.13 to 2.3.
#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>

#include "murmur/learning/torch/autocast.h"

namespace murmur::learning {

Autocast::Autocast(bool on) : on_(on) {
  if (on_) {
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    at::autocast::set_cpu_enabled(true);
  }
}

Autocast::~Autocast() {
  if (on_) {
    at::autocast::set_cpu_enabled(false);
    at::autocast::clear_cache();  // parameters are other rows in the next pass
  }
}

at::Tensor for_group_norm(const at::Tensor& x) {
  return x.scalar_type() == at::kBFloat16 ? x.to(at::kFloat) : x;
}

bool autocasts_lstm() {
  return true;
}

}  // namespace murmur::learning
