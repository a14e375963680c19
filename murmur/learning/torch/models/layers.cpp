// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/torch/models/layers.h"

#include <cmath>
#include <limits>

namespace murmur::learning {
namespace {

// Without tensors of its own.
struct Group : torch::nn::Module {};

}  // namespace

at::Tensor attend(const AttentionInputs& inputs, std::int64_t heads, Dropout& dropout) {
  const auto of_heads = [&](const at::Tensor& x) {
    return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
  };
  const at::Tensor queries = of_heads(inputs.queries);
  const double scale = 1 / std::sqrt(static_cast<double>(queries.size(3)));
  at::Tensor scores = at::matmul(queries, of_heads(inputs.keys).transpose(2, 3)).mul(scale);
  if (inputs.hidden.defined()) {
    scores = scores.masked_fill(inputs.hidden, -std::numeric_limits<double>::infinity());
  }
  const at::Tensor weights = dropout(at::softmax(scores, 3));
  return at::matmul(weights, of_heads(inputs.values)).transpose(1, 2).flatten(2);
}

at::Tensor later_places(std::int64_t places, const at::TensorOptions& options) {
  return at::ones({places, places}, options.dtype(at::kBool)).triu(1);
}

void place_module(torch::nn::Module& root,
                  const std::string& path,
                  const std::shared_ptr<torch::nn::Module>& layer) {
  const std::size_t dot = path.find('.');
  if (dot == std::string::npos) {
    root.register_module(path, layer);
    return;
  }
  const std::string name = path.substr(0, dot);
  const auto children = root.named_children();
  const auto* known = children.find(name);
  const std::shared_ptr<torch::nn::Module> group =
      known == nullptr ? root.register_module(name, std::make_shared<Group>()) : *known;
  place_module(*group, path.substr(dot + 1), layer);
}

}  // namespace murmur::learning
