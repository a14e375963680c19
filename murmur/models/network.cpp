// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/network.h"

#include <algorithm>

#include "murmur/core/check.h"
#include "murmur/core/random.h"

namespace murmur::models {
namespace {

Layout layout_of(const std::vector<Tensor>& tensors, std::size_t scalar_bytes) {
  Layout layout(scalar_bytes);
  for (const Tensor& tensor : tensors) {
    layout.add(tensor.name, tensor.shape);
  }
  return layout;
}

// One random sequence per tensor: its values do not depend on the sizes of the others.
template <class S>
void draw(const Initial& initial, const Random& random, std::span<S> values) {
  switch (initial.distribution) {
    case Initial::Distribution::kConstant:
      std::fill(values.begin(), values.end(), static_cast<S>(initial.scale));
      return;
    case Initial::Distribution::kUniform:
      for (std::size_t k = 0; k < values.size(); ++k) {
        values[k] = static_cast<S>(initial.scale * (2.0 * random.uniform(k) - 1.0));
      }
      return;
    case Initial::Distribution::kNormal:
      for (std::size_t k = 0; k < values.size(); ++k) {
        values[k] = static_cast<S>(initial.scale * random.normal(k));
      }
      return;
  }
}

template <class S>
void draw_all(const std::vector<Tensor>& tensors,
              const Layout& layout,
              std::uint64_t seed,
              std::span<S> row) {
  MURMUR_CHECK(row.size() == layout.row_size(), "{} of {}", row.size(), layout.row_size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const TensorSlot& slot = layout.tensors()[i];
    const Random random(seed, Stream::kStart, 0, static_cast<std::int64_t>(i));
    const std::span<S> values = row.subspan(slot.offset, slot.size);
    draw(tensors[i].start, random, values);
    if (tensors[i].start.zero_row >= 0) {
      const std::size_t width = slot.size / static_cast<std::size_t>(slot.shape.front());
      const auto begin = static_cast<std::size_t>(tensors[i].start.zero_row) * width;
      std::ranges::fill(values.subspan(begin, width), S(0));
    }
  }
}

}  // namespace

std::size_t Tensor::size() const {
  std::size_t size = 1;
  for (const std::int64_t extent : shape) {
    size *= static_cast<std::size_t>(extent);
  }
  return size;
}

Layout layout(const Network& network, std::size_t scalar_bytes) {
  return layout_of(network.parameters, scalar_bytes);
}

Layout buffer_layout(const Network& network, std::size_t scalar_bytes) {
  return layout_of(network.buffers, scalar_bytes);
}

template <class S>
void start(const Network& network, const Layout& layout, std::uint64_t seed, std::span<S> row) {
  draw_all(network.parameters, layout, seed, row);
}

template <class S>
void start_buffers(const Network& network, const Layout& layout, std::span<S> row) {
  draw_all(network.buffers, layout, 0, row);
}

template void start<float>(const Network&, const Layout&, std::uint64_t, std::span<float>);
template void start<double>(const Network&, const Layout&, std::uint64_t, std::span<double>);
template void start_buffers<float>(const Network&, const Layout&, std::span<float>);
template void start_buffers<double>(const Network&, const Layout&, std::span<double>);

}  // namespace murmur::models
