// SPDX-License-Identifier: Apache-2.0
// Tensors as views of rows, and the tensors of a module in the order of a row.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <murmur/task.h>
#include <torch/types.h>

namespace murmur::detail {

// Shares the memory of the row, also if it is constant.
template <class S>
at::Tensor view(const S* row, const Parameter& place) {
  return at::from_blob(const_cast<S*>(row) + place.offset,
                       place.shape,
                       at::TensorOptions().dtype(c10::CppTypeToScalarType<S>::value));
}

// The tensors of `named` (a module's parameters or buffers) that are not of integers, converted to
// S. Throws Error if they are not those of `places`.
template <class S, class Named>
std::vector<at::Tensor> match(const Named& named,
                              const std::vector<Parameter>& places,
                              const std::string& what) {
  std::vector<at::Tensor> tensors;
  for (const auto& item : named) {
    if (!item.value().is_floating_point()) {
      continue;
    }
    const std::size_t i = tensors.size();
    if (i >= places.size()) {
      throw Error("the module's " + what + " '" + item.key() + "' is one too many");
    }
    if (places[i].name != item.key() || item.value().sizes() != at::IntArrayRef(places[i].shape)) {
      throw Error("the module's " + what + " '" + item.key() + "' is not '" + places[i].name +
                  "' or has another shape");
    }
    tensors.push_back(item.value());
    tensors.back().set_data(item.value().to(c10::CppTypeToScalarType<S>::value));
  }
  if (tensors.size() < places.size()) {
    throw Error("the module has no " + what + " '" + places[tensors.size()].name + "'");
  }
  return tensors;
}

}  // namespace murmur::detail
