// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/transforms/resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace murmur::data {
namespace {

constexpr int kBits = 22;

// The weights of the input pixels first, first + 1, ... of one output pixel.
struct Weights {
  std::int64_t first = 0;
  std::vector<std::int32_t> values;
};

std::vector<Weights> weights_of(std::int64_t inputs, std::int64_t outputs) {
  const double scale = static_cast<double>(inputs) / static_cast<double>(outputs);
  const double reach = std::max(scale, 1.0);
  std::vector<Weights> all;
  for (std::int64_t out = 0; out < outputs; ++out) {
    const double centre = (static_cast<double>(out) + 0.5) * scale;
    const auto first = std::max<std::int64_t>(static_cast<std::int64_t>(centre - reach + 0.5), 0);
    const auto end = std::min(static_cast<std::int64_t>(centre + reach + 0.5), inputs);
    std::vector<double> values;
    double sum = 0;
    for (std::int64_t x = first; x < end; ++x) {
      const double distance = std::abs((static_cast<double>(x) - centre + 0.5) * (1 / reach));
      values.push_back(distance < 1 ? 1 - distance : 0);
      sum += values.back();
    }
    Weights weights{.first = first, .values = {}};
    for (const double value : values) {
      weights.values.push_back(
          static_cast<std::int32_t>(0.5 + (sum != 0 ? value / sum : value) * (1 << kBits)));
    }
    all.push_back(std::move(weights));
  }
  return all;
}

// One output pixel from input pixels that lie `stride` apart.
std::uint8_t mix(const std::uint8_t* in, std::int64_t stride, const Weights& weights) {
  std::int32_t sum = 1 << (kBits - 1);
  in += weights.first * stride;
  for (const std::int32_t weight : weights.values) {
    sum += *in * weight;
    in += stride;
  }
  return static_cast<std::uint8_t>(std::clamp(sum >> kBits, 0, 255));
}

std::int64_t rounded(double value) {
  return static_cast<std::int64_t>(std::nearbyint(value));  // ties to even, as Python's round()
}

}  // namespace

void crop_to(const ImageView& image, const Box& box, std::span<std::uint8_t> out) {
  const auto [channels, rows, columns] = image.shape;
  auto* to = out.data();
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t row = 0; row < box.rows; ++row) {
      const std::int64_t from = (c * rows + box.top + row) * columns + box.left;
      to = std::copy_n(image.pixels.data() + from, box.columns, to);
    }
  }
}

void resize_box(const ImageView& image,
                const Box& box,
                const ImageShape& out_shape,
                std::span<std::uint8_t> out) {
  const auto [channels, rows, columns] = out_shape;
  if (box.rows == rows && box.columns == columns) {
    crop_to(image, box, out);
    return;
  }
  const std::vector<Weights> across = weights_of(box.columns, columns);
  const std::vector<Weights> down = weights_of(box.rows, rows);
  std::vector<std::uint8_t> narrow(static_cast<std::size_t>(box.rows * columns));
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t row = 0; row < box.rows; ++row) {
      const std::int64_t from = (c * image.shape[1] + box.top + row) * image.shape[2] + box.left;
      std::uint8_t* const to = narrow.data() + row * columns;
      for (std::int64_t column = 0; column < columns; ++column) {
        to[column] = mix(image.pixels.data() + from, 1, across[static_cast<std::size_t>(column)]);
      }
    }
    for (std::int64_t row = 0; row < rows; ++row) {
      std::uint8_t* const to = out.data() + (c * rows + row) * columns;
      for (std::int64_t column = 0; column < columns; ++column) {
        to[column] = mix(narrow.data() + column, columns, down[static_cast<std::size_t>(row)]);
      }
    }
  }
}

void resize_and_crop_centre(const ImageView& image,
                            const ImageShape& shape,
                            std::span<std::uint8_t> out) {
  const auto [channels, rows, columns] = image.shape;
  const std::int64_t edge = std::min(shape[1], shape[2]) * 256 / 224;
  const std::int64_t shorter = std::min(rows, columns);
  const auto scaled = [&](std::int64_t extent) {
    return extent == shorter ? edge : edge * extent / shorter;
  };
  const ImageShape whole{channels, scaled(rows), scaled(columns)};
  std::vector<std::uint8_t> resized(static_cast<std::size_t>(channels * whole[1] * whole[2]));
  resize_box(image, {0, 0, rows, columns}, whole, resized);
  const auto centre = [](std::int64_t extent, std::int64_t part) {
    return rounded(static_cast<double>(extent - part) / 2);
  };
  crop_to({whole, resized},
          {centre(whole[1], shape[1]), centre(whole[2], shape[2]), shape[1], shape[2]},
          out);
}

}  // namespace murmur::data
