// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/images/images.h"

#include <cstddef>

#include "murmur/core/check.h"

namespace murmur::data {
namespace {

constexpr std::int64_t kBorder = 4;

// The images of a batch are scattered over the dataset, so each is prefetched a few images before
// it is read: waiting for them one by one takes three times as long as converting them.
constexpr std::size_t kAhead = 4;

void fetch(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kLine = 64;
  for (std::size_t i = 0; i < bytes.size(); i += kLine) {
    __builtin_prefetch(bytes.data() + i);
  }
}

template <class S>
void convert(
    const std::uint8_t* __restrict pixels, std::size_t count, S scale, S shift, S* __restrict out) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = scale * static_cast<S>(pixels[i]) + shift;
  }
}

template <class S>
void convert_image(const ImageShape& shape,
                   const std::uint8_t* pixels,
                   const std::vector<S>& scale,
                   const std::vector<S>& shift,
                   S* out) {
  const auto plane = static_cast<std::size_t>(shape[1] * shape[2]);
  for (std::size_t c = 0; c < scale.size(); ++c) {
    convert(pixels + c * plane, plane, scale[c], shift[c], out + c * plane);
  }
}

std::span<const std::uint8_t> image_of(const Examples& examples, std::int32_t index) {
  MURMUR_CHECK(index >= 0 && index < examples.count(), "{} of {}", index, examples.count());
  const auto size = static_cast<std::size_t>(examples.example_size());
  return std::span(examples.pixels).subspan(static_cast<std::size_t>(index) * size, size);
}

}  // namespace

template <class S>
ImageReader<S>::ImageReader(const Dataset& dataset) {
  for (std::size_t c = 0; c < dataset.mean.size(); ++c) {
    scale_.push_back(static_cast<S>(1.0 / (255.0 * dataset.deviation[c])));
    shift_.push_back(static_cast<S>(-dataset.mean[c] / dataset.deviation[c]));
  }
}

template <class S>
void ImageReader<S>::read(const Examples& examples,
                          std::span<const std::int32_t> which,
                          S* out) const {
  const std::int64_t size = examples.example_size();
  for (std::size_t place = 0; place < which.size(); ++place) {
    if (place + kAhead < which.size()) {
      fetch(image_of(examples, which[place + kAhead]));
    }
    convert_image(examples.shape, image_of(examples, which[place]).data(), scale_, shift_, out);
    out += size;
  }
}

template <class S>
void ImageReader<S>::read_augmented(const Examples& examples,
                                    std::span<const std::int32_t> which,
                                    const Random& draws,
                                    S* out) const {
  std::vector<std::uint8_t> cropped(static_cast<std::size_t>(examples.example_size()));
  for (std::size_t place = 0; place < which.size(); ++place) {
    const Crop crop = draw_crop(draws, place);
    crop_image(examples.shape, image_of(examples, which[place]), crop, cropped);
    convert_image(examples.shape, cropped.data(), scale_, shift_, out);
    out += cropped.size();
  }
}

Crop draw_crop(const Random& draws, std::size_t place) {
  constexpr std::uint64_t kPlaces = 2 * kBorder + 1;
  return {.flip = draws.below(3 * place, 2) == 1,
          .down = static_cast<std::int64_t>(draws.below(3 * place + 1, kPlaces)),
          .right = static_cast<std::int64_t>(draws.below(3 * place + 2, kPlaces))};
}

void crop_image(const ImageShape& shape,
                std::span<const std::uint8_t> image,
                const Crop& crop,
                std::span<std::uint8_t> out) {
  const auto [channels, rows, columns] = shape;
  for (std::int64_t line = 0; line < channels * rows; ++line) {
    const std::int64_t row = line % rows + crop.down - kBorder;
    const bool inside_rows = row >= 0 && row < rows;
    const std::int64_t source = (line / rows * rows + row) * columns;
    for (std::int64_t column = 0; column < columns; ++column) {
      const std::int64_t from = column + crop.right - kBorder;
      const bool inside = inside_rows && from >= 0 && from < columns;
      const std::int64_t place = source + (crop.flip ? columns - 1 - from : from);
      out[static_cast<std::size_t>(line * columns + column)] =
          inside ? image[static_cast<std::size_t>(place)] : std::uint8_t{0};
    }
  }
}

template class ImageReader<float>;
template class ImageReader<double>;

}  // namespace murmur::data
