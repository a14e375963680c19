// SPDX-License-Identifier: Apache-2.0
// The tokens of a batch as tensors of 64-bit integers.
#pragma once

#include <cstdint>
#include <vector>

#include <murmur/torch/module_rows.h>

#include "murmur/data/batch.h"

namespace murmur::learning {

inline at::Tensor integers_of(const std::vector<std::int32_t>& values, at::IntArrayRef shape) {
  return at::from_blob(
             const_cast<std::int32_t*>(values.data()), shape, at::TensorOptions().dtype(at::kInt))
      .to(at::kLong);
}

// examples x longest, zeros behind the end of each row.
template <class S>
at::Tensor tokens_of(const data::BatchColumn<S>& column) {
  return integers_of(column.integers,
                     {static_cast<std::int64_t>(column.lengths.size()), column.shape.front()});
}

// Of each row.
template <class S>
at::Tensor lengths_of(const data::BatchColumn<S>& column) {
  return integers_of(column.lengths, {static_cast<std::int64_t>(column.lengths.size())});
}

// The same shape as the tokens: true behind the end of each row.
template <class S>
at::Tensor padding_of(const data::BatchColumn<S>& column) {
  const at::Tensor lengths = lengths_of(column).unsqueeze(1);
  return at::arange(column.shape.front(), lengths.options()).ge(lengths);
}

}  // namespace murmur::learning
