// SPDX-License-Identifier: Apache-2.0
// The description of a network for images of one shape: its parameters with their initial
// distributions, its buffers, and the linear layers of its head. Layouts, initial values,
// checkpoints and plans are derived from it without torch. learning/ computes the network: the head
// by hand (learning/head.h), what is before it, the body, by a torch module that has the same
// parameters: that of the description's chain of layers, or one that is made from the same options
// (learning/torch/models).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "murmur/core/image_shape.h"
#include "murmur/core/layout.h"
#include "murmur/core/options.h"
#include "murmur/models/chain.h"

namespace murmur::models {

struct CompiledModel;

// The initial values of a tensor.
struct Initial {
  enum class Distribution {
    kConstant,  // `scale` everywhere
    kUniform,   // uniform in [-scale, scale)
    kNormal,    // normal with mean 0 and deviation `scale`
  };
  Distribution distribution = Distribution::kConstant;
  double scale = 0;
  std::int64_t zero_row = -1;  // of a matrix: a row of zeros; -1: there is none
};

constexpr Initial constant(double value) {
  return {.distribution = Initial::Distribution::kConstant, .scale = value};
}
constexpr Initial uniform(double bound) {
  return {.distribution = Initial::Distribution::kUniform, .scale = bound};
}
constexpr Initial normal(double deviation) {
  return {.distribution = Initial::Distribution::kNormal, .scale = deviation};
}

// A parameter or a buffer.
struct Tensor {
  std::string name;                 // as in PyTorch's state_dict: "fc1.weight"
  std::vector<std::int64_t> shape;  // row-major
  Initial start;

  bool has_one_axis() const { return shape.size() == 1; }  // biases, norms
  std::size_t size() const;
};

// y = x W^T + b, W: outputs x inputs, followed by its bias in the list of parameters.
struct Linear {
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
};

// A second name of a tied tensor, which is kept once, under its first name.
struct TiedName {
  std::string name;
  std::string first;
};

struct Network {
  std::string name;             // of the model
  ImageShape input{};           // of arrays
  std::int64_t classes = 0;     // or targets; of a language model: tokens of the vocabulary
  std::int64_t vocabulary = 0;  // of text: how many tokens there are
  std::int64_t longest = 0;     // of text: the most tokens of an example
  OptionValues options;
  // In the order of PyTorch's state_dict, those of the head last.
  std::vector<Tensor> parameters;
  std::vector<Tensor> buffers;  // likewise, without integers that only count
  // Whether there is a body: a network with a head alone needs no torch.
  bool has_body = false;
  // The body's layers (Chain adds them). Empty: it is a module of its own.
  std::vector<chain::Layer> chain = {};
  std::vector<TiedName> tied = {};  // what state_dict() has besides
  // Whether the score of an example depends on the others of its batch in evaluation, too.
  bool evaluates_by_batch = false;
  // Forward and backward as under torch.autocast(dtype=bfloat16); the parameters stay as they are.
  bool bf16 = false;
  // A library computes it (compiled/compiled.h). Null: of the others.
  std::shared_ptr<const CompiledModel> compiled = nullptr;
  // With relu between them; the first one takes the body's features. Empty: the body computes the
  // scores of tokens itself, or a library everything.
  std::vector<Linear> head;

  std::int64_t features() const { return head.front().inputs; }
  // How many of the parameters belong to the body.
  std::size_t body_parameters() const { return parameters.size() - 2 * head.size(); }
};

// Layouts of a row of parameters and of a row of buffers. `scalar_bytes`: 4 or 8.
Layout layout(const Network& network, std::size_t scalar_bytes);
Layout buffer_layout(const Network& network, std::size_t scalar_bytes);

// Writes the initial parameters as a function of the seed: the same on every machine and for every
// worker. The values of a tensor depend on the seed and on its index, not on the sizes of the
// others; they are drawn in double and rounded to S.
template <class S>
void start(const Network& network, const Layout& layout, std::uint64_t seed, std::span<S> row);

// Writes the initial buffers. `layout`: of buffers.
template <class S>
void start_buffers(const Network& network, const Layout& layout, std::span<S> row);

}  // namespace murmur::models
