// SPDX-License-Identifier: Apache-2.0
// As long as it exists, the calling thread computes as under torch.autocast("cpu", bfloat16):
// convolutions and linear layers in bfloat16, from copies of their operands. Backward passes follow
// what the forward pass did and are outside of it, as in Python.
#pragma once

namespace at {
class Tensor;
}

namespace murmur::learning {

class Autocast {
 public:
  explicit Autocast(bool on);
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
  ~Autocast();

 private:
  bool on_;
};

// What a group normalization with parameters in single precision takes of x: x itself, but with
// torch before 2.4 x in single precision, as these refuse bfloat16 there.
at::Tensor for_group_norm(const at::Tensor& x);

// Whether at::lstm works under autocast on this processor. With torch 2.4 and newer it is oneDNN's,
// which has none in bfloat16 without AVX-512.
bool autocasts_lstm();

}  // namespace murmur::learning
