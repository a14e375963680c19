// SPDX-License-Identifier: Apache-2.0
// Of torch 2.4 and newer.
#include "murmur/learning/torch/autocast.h"

#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/Tensor.h>

namespace murmur::learning {

Autocast::Autocast(bool on) : on_(on) {
  if (on_) {
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCPU, true);
  }
}

Autocast::~Autocast() {
  if (on_) {
    at::autocast::set_autocast_enabled(at::kCPU, false);
    at::autocast::clear_cache();  // parameters are other rows in the next pass
  }
}

at::Tensor for_group_norm(const at::Tensor& x) {
  return x;
}

bool autocasts_lstm() {
  return at::get_cpu_capability().starts_with("AVX512");
}

}  // namespace murmur::learning
