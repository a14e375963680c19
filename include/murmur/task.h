// SPDX-License-Identifier: Apache-2.0
// What a user of the library brings, as types that depend on nothing: parameters, and a gradient
// that is asked for. Vectors of parameters are rows: one tensor after the other, each on a 64-byte
// boundary, with zeros between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace murmur {

// Says what was given and what is allowed.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A tensor of a model, and its place in a row.
struct Parameter {
  std::string name;                 // as in PyTorch's state_dict
  std::vector<std::int64_t> shape;  // row-major
  std::size_t offset = 0;           // coordinates from the start of the row
  std::size_t size = 0;             // coordinates
};

// Called when the gradient of a parameter is final, with its index, the last one first. The part of
// the gradient and that of the model are then free: they may be read and overwritten while the
// gradients of the parameters before it are computed.
using ParameterReady = std::function<void(std::size_t parameter)>;

// One gradient to be computed. Random draws are functions of (seed, worker, batch).
template <class S>
struct BasicGradient {
  int worker = 0;
  std::int64_t batch = 0;  // how many batches the worker has begun before this one
  std::int64_t step = 0;
  int thread = 0;
  const S* x = nullptr;   // the model, a row
  S* gradient = nullptr;  // out: a row
  S* buffers = nullptr;   // the worker's own, a row; null: they must not change
  ParameterReady ready = {};
};

using Gradient = BasicGradient<float>;

}  // namespace murmur
