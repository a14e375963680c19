// SPDX-License-Identifier: Apache-2.0
// A network as data: a chain of layers with named parameters. What computes it (learning/) reads
// this; so do the layout of a row, the start of training, help texts and plans, without torch.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/layout.h"

namespace murmur::models {

// y = x W^T + b, W: outputs x inputs. The input is taken as a vector, whatever its shape.
struct Linear {
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
};

// Cross-correlation with outputs x inputs x kernel x kernel weights, stride 1, and a bias.
struct Conv2d {
  std::int64_t inputs = 0;  // channels
  std::int64_t outputs = 0;
  std::int64_t kernel = 0;
  std::int64_t padding = 0;  // zeros on every side
};

struct Relu {};

// The largest of each size x size square; squares do not overlap, what does not fill one is
// dropped.
struct MaxPool2d {
  std::int64_t size = 2;
};

using Operation = std::variant<Linear, Conv2d, Relu, MaxPool2d>;

struct Layer {
  Operation operation;
  std::string name = {};  // of layers with parameters: as in PyTorch's state_dict, "fc1"
};

using ImageShape = std::array<std::int64_t, 3>;  // channels, rows, columns

struct Network {
  std::string name;
  ImageShape input{};
  std::int64_t classes = 0;
  std::vector<Layer> layers;
};

struct Parameter {
  std::string name;  // "fc1.weight"
  std::vector<std::int64_t> shape;
  double bound = 0;       // at birth uniform in [-bound, bound): PyTorch's 1 / sqrt(fan_in)
  std::size_t layer = 0;  // its place in Network::layers
};

// In the order of PyTorch's state_dict: layer by layer, weight before bias.
std::vector<Parameter> parameters(const Network& network);

// The same order, as a row. `scalar_bytes`: 4 or 8.
Layout layout(const Network& network, std::size_t scalar_bytes);

// The coordinates of a layer's parameters with their padding, or nothing where it has none. These
// ranges cover the row.
std::optional<CoordinateRange> layer_range(const Network& network,
                                           const Layout& layout,
                                           std::size_t layer);

// The start of training: a function of the seed, the same on every machine and for every worker.
// Numbers are drawn in double, so a start in float is the rounded one in double.
template <class S>
void start(const Network& network, const Layout& layout, std::uint64_t seed, std::span<S> row);

// The shape after each layer; kInvalid: a layer cannot take the shape it gets. Vectors are
// {length, 1, 1}.
Result<std::vector<ImageShape>> shapes(const Network& network);

}  // namespace murmur::models
