// SPDX-License-Identifier: Apache-2.0
// A network as data: a chain of layers with named parameters. learning/ computes it; layouts,
// initial values, help texts and plans are derived from it without torch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/image_shape.h"
#include "murmur/core/layout.h"

namespace murmur::models {

// y = x W^T + b, W: outputs x inputs. The input is flattened.
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

// Maximum of each size x size square. Squares do not overlap; incomplete squares at the border are
// dropped.
struct MaxPool2d {
  std::int64_t size = 2;
};

using Operation = std::variant<Linear, Conv2d, Relu, MaxPool2d>;

struct Layer {
  Operation operation;
  std::string name = {};  // as in PyTorch's state_dict, "fc1"; empty without parameters
};

struct Network {
  std::string name;
  ImageShape input{};
  std::int64_t classes = 0;
  std::vector<Layer> layers;
};

struct Parameter {
  std::string name;  // "fc1.weight"
  std::vector<std::int64_t> shape;
  double bound = 0;       // initial value uniform in [-bound, bound): 1 / sqrt(fan_in)
  std::size_t layer = 0;  // index in Network::layers
};

// In the order of PyTorch's state_dict: layer by layer, weight before bias.
std::vector<Parameter> parameters(const Network& network);

// Layout of a row, in the order of parameters(). `scalar_bytes`: 4 or 8.
Layout layout(const Network& network, std::size_t scalar_bytes);

// Coordinates of the layer's parameters including padding; none if it has no parameters. The ranges
// of all layers cover the row.
std::optional<CoordinateRange> layer_range(const Network& network,
                                           const Layout& layout,
                                           std::size_t layer);

// Writes the initial parameters, PyTorch's default uniform distribution, as a function of the seed:
// the same on every machine and for every worker. Values are drawn in double and rounded to S.
template <class S>
void start(const Network& network, const Layout& layout, std::uint64_t seed, std::span<S> row);

// The output shape of each layer; kInvalid: a layer does not accept its input shape. Vectors have
// the shape {length, 1, 1}.
Result<std::vector<ImageShape>> shapes(const Network& network);

}  // namespace murmur::models
