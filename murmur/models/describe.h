// SPDX-License-Identifier: Apache-2.0
// Adds the tensors of one layer to the description of a network, with the names, shapes and order
// of PyTorch's module of that name.
#pragma once

#include <cstdint>
#include <string>

#include "murmur/core/error.h"
#include "murmur/models/network.h"

namespace murmur::models {

// Weights of outputs x inputs x kernel x kernel.
struct Convolution {
  std::int64_t inputs = 0;  // channels
  std::int64_t outputs = 0;
  std::int64_t kernel = 0;
  bool bias = false;

  std::int64_t fan_in() const { return inputs * kernel * kernel; }
  std::int64_t fan_out() const { return outputs * kernel * kernel; }
};

// PyTorch's default for linear layers and convolutions: uniform within 1 / sqrt(fan_in).
Initial default_start(std::int64_t fan_in);
// kaiming_normal_ with mode fan_out: deviation sqrt(2 / fan_out).
Initial kaiming_start(std::int64_t fan_out);

// The bias, if there is one, has PyTorch's default.
void add_convolution(Network& network,
                     const std::string& name,
                     const Convolution& convolution,
                     const Initial& weights);

// A linear layer of the body, by default_start().
void add_linear(Network& network, const std::string& name, const Linear& linear);

// weight 1, bias 0.
void add_layer_norm(Network& network, const std::string& name, std::int64_t width);

// kInvalid: model.heads does not divide model.width.
Status check_heads(std::int64_t width, std::int64_t heads);

// The next linear layer of the head, by default_start(). REQUIRES: the body is complete.
void add_to_head(Network& network, const std::string& name, const Linear& linear);

}  // namespace murmur::models
