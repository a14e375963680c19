// SPDX-License-Identifier: Apache-2.0
// Examples as tensors, for oracles that are written with torch alone. Included after torch.
#pragma once

#include <cstdint>
#include <vector>

#include "murmur/data/dataset.h"

namespace murmur::learning::testing {

template <class S>
at::TensorOptions options() {
  return torch::TensorOptions().dtype(c10::CppTypeToScalarType<S>::value);
}

// (pixel / 255 - mean) / deviation, computed in double first.
template <class S>
at::Tensor images_of(const data::Dataset& dataset,
                     const data::Examples& examples,
                     const std::vector<std::int32_t>& which) {
  const ImageShape shape = examples.shape();
  const data::HeldBytes& pixels = examples.column(data::kInputs).bytes;
  at::Tensor images = torch::empty(
      {static_cast<std::int64_t>(which.size()), shape[0], shape[1], shape[2]}, torch::kDouble);
  double* out = images.data_ptr<double>();
  const std::int64_t size = examples.column(data::kInputs).row_size();
  for (const std::int32_t index : which) {
    for (std::int64_t p = 0; p < size; ++p) {
      const auto c = static_cast<std::size_t>(p / (shape[1] * shape[2]));
      const double share = pixels[static_cast<std::size_t>(index * size + p)] / 255.0;
      *out++ = (share - dataset.mean[c]) / dataset.deviation[c];
    }
  }
  return images.to(options<S>());
}

inline at::Tensor labels_of(const data::Examples& examples,
                            const std::vector<std::int32_t>& which) {
  const std::vector<std::int32_t> all = examples.labels();
  at::Tensor labels = torch::empty({static_cast<std::int64_t>(which.size())}, torch::kLong);
  for (std::size_t i = 0; i < which.size(); ++i) {
    labels[static_cast<std::int64_t>(i)] = std::int64_t{all[static_cast<std::size_t>(which[i])]};
  }
  return labels;
}

// Numbers in [-1/2, 1/2) that every language can compute: ((7919 i + k) 2654435761 mod 2^32) / 2^32
// - 1/2 for k = 0, 1, ...
inline at::Tensor numbers(std::uint32_t i, at::IntArrayRef shape) {
  at::Tensor made = torch::empty(shape, torch::kDouble);
  double* const values = made.data_ptr<double>();
  for (std::int64_t k = 0; k < made.numel(); ++k) {
    const std::uint32_t bits = (7919U * i + static_cast<std::uint32_t>(k)) * 2654435761U;
    values[k] = static_cast<double>(bits) / 4294967296.0 - 0.5;
  }
  return made;
}

}  // namespace murmur::learning::testing
