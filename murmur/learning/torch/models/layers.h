// SPDX-License-Identifier: Apache-2.0
// Layers of models of tokens, with PyTorch's names and shapes. Their parameters have no values of
// their own: a module's tensors are views of rows (murmur/torch/module_rows.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <murmur/torch/module_rows.h>

#include "murmur/learning/torch/models/dropout.h"

namespace murmur::learning {

// Rows of a matrix by their numbers.
struct Embedding : torch::nn::Module {
  // padding: the number of a row that gets no gradient; -1: there is none.
  Embedding(std::int64_t count, std::int64_t width, std::int64_t padding_row = -1)
      : weight(register_parameter("weight", at::empty({count, width}))), padding(padding_row) {}
  at::Tensor forward(const at::Tensor& numbers) const {
    return at::embedding(weight, numbers, padding);
  }

  at::Tensor weight;
  std::int64_t padding;
};

// x W^T + b, W: outputs x inputs.
struct LinearLayer : torch::nn::Module {
  LinearLayer(std::int64_t inputs, std::int64_t outputs)
      : weight(register_parameter("weight", at::empty({outputs, inputs}))),
        bias(register_parameter("bias", at::empty({outputs}))) {}
  at::Tensor forward(const at::Tensor& x) const { return at::linear(x, weight, bias); }

  at::Tensor weight, bias;
};

struct LayerNorm : torch::nn::Module {
  LayerNorm(std::int64_t width, double eps)
      : weight(register_parameter("weight", at::empty({width}))),
        bias(register_parameter("bias", at::empty({width}))),
        epsilon(eps) {}
  at::Tensor forward(const at::Tensor& x) const {
    return at::layer_norm(x, {weight.size(0)}, weight, bias, epsilon);
  }

  at::Tensor weight, bias;
  double epsilon;
};

// What attention mixes: examples x places x width each.
struct AttentionInputs {
  at::Tensor queries;
  at::Tensor keys;
  at::Tensor values;
  at::Tensor hidden;  // true where a place is not attended; fits examples x heads x places x places
};

// softmax(Q K^T / sqrt(width of a head)) V, head by head; weights are dropped.
at::Tensor attend(const AttentionInputs& inputs, std::int64_t heads, Dropout& dropout);

// places x places: true where the second place is later than the first.
at::Tensor later_places(std::int64_t places, const at::TensorOptions& options);

// Registers `layer` under a path of names ("attention.self.query") below `root`; what is between
// them is made.
void place_module(torch::nn::Module& root,
                  const std::string& path,
                  const std::shared_ptr<torch::nn::Module>& layer);

template <class Layer, class... Arguments>
std::shared_ptr<Layer> place_at(torch::nn::Module& root,
                                const std::string& path,
                                const Arguments&... arguments) {
  auto layer = std::make_shared<Layer>(arguments...);
  place_module(root, path, layer);
  return layer;
}

}  // namespace murmur::learning
