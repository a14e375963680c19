// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/network.h"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/core/check.h"
#include "murmur/core/random.h"

namespace murmur::models {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

double default_bound(std::int64_t fan_in) {
  return 1.0 / std::sqrt(static_cast<double>(fan_in));
}

void add(const Layer& layer,
         std::size_t place,
         std::vector<std::int64_t> shape,
         std::int64_t fan_in,
         std::vector<Parameter>& all) {
  const std::int64_t outputs = shape.front();
  const double bound = default_bound(fan_in);
  all.push_back({layer.name + ".weight", std::move(shape), bound, place});
  all.push_back({layer.name + ".bias", {outputs}, bound, place});
}

Failure cannot_take(const Layer& layer, const ImageShape& shape, const std::string& wants) {
  return {
      FailureKind::kInvalid,
      fmt::format("layer '{}' wants {}, but gets {}", layer.name, wants, fmt::join(shape, " x "))};
}

Result<ImageShape> after(const Layer& layer, const ImageShape& shape) {
  const std::int64_t size = shape[0] * shape[1] * shape[2];
  return std::visit(
      Overloaded{[&](const Linear& linear) -> Result<ImageShape> {
                   if (linear.inputs != size) {
                     return cannot_take(layer, shape, fmt::format("{} numbers", linear.inputs));
                   }
                   return ImageShape{linear.outputs, 1, 1};
                 },
                 [&](const Conv2d& conv) -> Result<ImageShape> {
                   const std::int64_t shrinks = conv.kernel - 1 - 2 * conv.padding;
                   if (conv.inputs != shape[0] || shape[1] <= shrinks || shape[2] <= shrinks) {
                     return cannot_take(
                         layer,
                         shape,
                         fmt::format(
                             "{} channels of more than {} x {}", conv.inputs, shrinks, shrinks));
                   }
                   return ImageShape{conv.outputs, shape[1] - shrinks, shape[2] - shrinks};
                 },
                 [&](const Relu&) -> Result<ImageShape> { return shape; },
                 [&](const MaxPool2d& pool) -> Result<ImageShape> {
                   if (shape[1] < pool.size || shape[2] < pool.size) {
                     return cannot_take(
                         layer, shape, fmt::format("at least {} x {}", pool.size, pool.size));
                   }
                   return ImageShape{shape[0], shape[1] / pool.size, shape[2] / pool.size};
                 }},
      layer.operation);
}

}  // namespace

std::vector<Parameter> parameters(const Network& network) {
  std::vector<Parameter> all;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    if (const auto* linear = std::get_if<Linear>(&layer.operation)) {
      add(layer, i, {linear->outputs, linear->inputs}, linear->inputs, all);
    } else if (const auto* conv = std::get_if<Conv2d>(&layer.operation)) {
      const std::int64_t fan_in = conv->inputs * conv->kernel * conv->kernel;
      add(layer, i, {conv->outputs, conv->inputs, conv->kernel, conv->kernel}, fan_in, all);
    }
  }
  return all;
}

Layout layout(const Network& network, std::size_t scalar_bytes) {
  Layout layout(scalar_bytes);
  for (const Parameter& parameter : parameters(network)) {
    layout.add(parameter.name, parameter.shape);
  }
  return layout;
}

std::optional<CoordinateRange> layer_range(const Network& network,
                                           const Layout& layout,
                                           std::size_t layer) {
  const std::vector<Parameter> all = parameters(network);
  std::optional<CoordinateRange> range;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].layer == layer) {
      const std::size_t begin = layout.tensors()[i].offset;
      const std::size_t end =
          i + 1 < all.size() ? layout.tensors()[i + 1].offset : layout.row_size();
      range = CoordinateRange{range ? range->begin : begin, end};
    }
  }
  return range;
}

template <class S>
void start(const Network& network, const Layout& layout, std::uint64_t seed, std::span<S> row) {
  MURMUR_CHECK(row.size() == layout.row_size(), "{} of {}", row.size(), layout.row_size());
  const std::vector<Parameter> all = parameters(network);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const TensorSlot& slot = layout.tensors()[i];
    // One random sequence per tensor: its initial values do not depend on the sizes of the others.
    const Random random(seed, Stream::kStart, 0, static_cast<std::int64_t>(i));
    for (std::size_t k = 0; k < slot.size; ++k) {
      row[slot.offset + k] = static_cast<S>(all[i].bound * (2.0 * random.uniform(k) - 1.0));
    }
  }
}

template void start<float>(const Network&, const Layout&, std::uint64_t, std::span<float>);
template void start<double>(const Network&, const Layout&, std::uint64_t, std::span<double>);

Result<std::vector<ImageShape>> shapes(const Network& network) {
  std::vector<ImageShape> all;
  ImageShape shape = network.input;
  for (const Layer& layer : network.layers) {
    const Result<ImageShape> next = after(layer, shape);
    if (!next) {
      return next.failure().in(fmt::format("the model '{}' does not fit images of {}",
                                           network.name,
                                           fmt::join(network.input, " x ")));
    }
    shape = next.value();
    all.push_back(shape);
  }
  MURMUR_CHECK(shape == (ImageShape{network.classes, 1, 1}), "{} ends otherwise", network.name);
  return all;
}

}  // namespace murmur::models
