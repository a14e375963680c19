// SPDX-License-Identifier: Apache-2.0
// What a user of the library brings, as types that depend on nothing: the tensors of a model, its
// start, its gradients and its scores. Vectors of parameters are rows: one tensor after the other,
// each on a 64-byte boundary, with zeros between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace murmur {
inline namespace v0_1 {
#pragma GCC visibility push(default)

// Says what was given and what is allowed.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A tensor of a model, and its place in a row. Name and shape are the user's; the place follows.
struct Parameter {
  std::string name;                 // as in PyTorch's state_dict
  std::vector<std::int64_t> shape;  // row-major; empty: a single number
  std::size_t offset = 0;           // coordinates from the start of the row
  std::size_t size = 0;             // coordinates
};

// The same tensors with their places in a row of S (float or double).
template <class S>
std::vector<Parameter> placed(std::vector<Parameter> parameters) {
  constexpr std::size_t kLine = 64 / sizeof(S);
  std::size_t end = 0;
  for (Parameter& parameter : parameters) {
    parameter.offset = end;
    parameter.size = 1;
    for (const std::int64_t extent : parameter.shape) {
      parameter.size *= static_cast<std::size_t>(extent);
    }
    end += (parameter.size + kLine - 1) / kLine * kLine;
  }
  return parameters;
}

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
  int thread = 0;          // of the compute threads, counted from 0
  const S* x = nullptr;    // the model, a row
  S* gradient = nullptr;   // out: a row; what is between the tensors need not be written
  S* buffers = nullptr;    // the worker's own, a row; null: they must not change
  std::uint64_t seed = 1;  // of the run
  ParameterReady ready = {};
};

// Over the examples of a part: a sum and the number of its terms. Of "correct" (how many are
// classified correctly), "loss" and "squared_error" the metrics are accuracy, loss and RMSE; of any
// other name the mean.
struct Sum {
  std::string name;
  double sum = 0;
  std::int64_t count = 0;
};

// What is minimised: the mean over workers of what each one's batches say. Its functions are called
// from several threads at once. They may throw: a step that threw must be resumed from a
// checkpoint.
template <class S>
struct BasicTask {
  std::vector<Parameter> parameters = {};  // names are distinct; places may be left out
  std::vector<Parameter> buffers = {};     // what a pass changes beside: running statistics
  // They are the worker's own; true: they are mixed and averaged wherever the models are.
  bool average_buffers = false;
  // Writes the initial model and buffers of a worker. Equal buffers for all of them; equal models,
  // where the algorithm keeps one for all.
  std::function<void(int worker, S* row, S* buffers)> start = {};
  // Writes the gradient of one batch; returns its mean loss.
  std::function<double(const BasicGradient<S>& gradient)> gradient = {};

  // Evaluation: the test data in parts, whose sums are added in their order. 0: there are none.
  std::int64_t score_parts = 0;
  std::function<std::vector<Sum>(const S* x, const S* buffers, std::int64_t part)> score = {};

  // Steps of an epoch, for settings in epochs; 0: there are no epochs.
  std::int64_t steps_per_epoch = 0;
  // Of each worker, for participation.weights = "examples"; empty: equal numbers.
  std::vector<std::int64_t> examples = {};
};

#pragma GCC visibility pop

using Gradient = BasicGradient<float>;
using Task = BasicTask<float>;
using DoubleGradient = BasicGradient<double>;
using DoubleTask = BasicTask<double>;

}  // namespace v0_1
}  // namespace murmur
