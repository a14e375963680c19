// SPDX-License-Identifier: Apache-2.0
// Tensors with their names, and the rows that they become views of.
#pragma once

#include <string>
#include <vector>

#include <murmur/task.h>
#include <murmur/torch/views.h>
#include <torch/types.h>

namespace murmur::detail {

struct NamedTensor {
  std::string name;
  at::Tensor tensor;
};

// "[2, 3] of float"
inline std::string words_of(const at::Tensor& tensor) {
  std::string text = "[";
  for (const std::int64_t extent : tensor.sizes()) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  }
  return text + "] of " + c10::toString(tensor.scalar_type());
}

// The gradient of a parameter. Throws Error if there is none, or one unlike `place`.
inline const at::Tensor& gradient_of(const NamedTensor& parameter, const at::Tensor& place) {
  const at::Tensor& gradient = parameter.tensor.grad();
  if (!gradient.defined()) {
    throw Error("the parameter '" + parameter.name + "', " + words_of(parameter.tensor) +
                ", has no gradient; call backward() before step(), of a loss that depends on it");
  }
  if (gradient.scalar_type() != place.scalar_type() || gradient.sizes() != place.sizes() ||
      gradient.layout() != at::kStrided || !gradient.device().is_cpu()) {
    throw Error("the parameter '" + parameter.name + "' has a gradient " + words_of(gradient) +
                "; it is to be " + words_of(place) + ", dense, on the CPU");
  }
  return gradient;
}

// Their places in a row are those of placed().
inline std::vector<Parameter> places(const std::vector<NamedTensor>& tensors) {
  std::vector<Parameter> all;
  for (const NamedTensor& each : tensors) {
    all.push_back({.name = each.name, .shape = each.tensor.sizes().vec()});
  }
  return all;
}
template <class S>
void fill_row(const std::vector<NamedTensor>& tensors,
              const std::vector<Parameter>& places,
              S* row) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    view(row, places[i]).copy_(tensors[i].tensor.detach());
  }
}
template <class S>
void bind_to_row(const std::vector<NamedTensor>& tensors,
                 const std::vector<Parameter>& places,
                 S* row,
                 std::vector<at::Tensor>& views) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    views.push_back(view(row, places[i]));
    at::Tensor tensor = tensors[i].tensor;
    tensor.set_data(views.back());
  }
}
template <class S>
std::vector<at::Tensor> copies(const S* row, const std::vector<Parameter>& places) {
  std::vector<at::Tensor> all;
  for (const Parameter& place : places) {
    all.push_back(view(row, place).clone());
  }
  return all;
}

}  // namespace murmur::detail
