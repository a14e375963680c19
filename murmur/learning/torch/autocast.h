// SPDX-License-Identifier: Apache-2.0
// As long as it exists, the calling thread computes as under torch.autocast("cpu", bfloat16):
// convolutions and linear layers in bfloat16, from copies of their operands. Backward passes follow
// what the forward pass did and are outside of it, as in Python.
#pragma once

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

}  // namespace murmur::learning
