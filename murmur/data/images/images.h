// SPDX-License-Identifier: Apache-2.0
// Examples as numbers: (pixel / 255 - mean) / deviation, channel by channel. They are converted
// from bytes batch by batch, which moves less memory than keeping them as floats.
//
// Augmentation is that of the quasi-global momentum paper's code: a horizontal flip with
// probability 1/2, then a crop of the image's own size out of the image with a border of 4 black
// pixels. It is a function of (seed, worker, step, place in the batch).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "murmur/core/random.h"
#include "murmur/data/dataset.h"

namespace murmur::data {

template <class S>
class ImageReader {
 public:
  explicit ImageReader(const Dataset& dataset);

  // Writes which.size() x example_size() numbers to `out`.
  void read(const Examples& examples, std::span<const std::int32_t> which, S* out) const;

  // The same, augmented with random numbers from `draws`.
  void read_augmented(const Examples& examples,
                      std::span<const std::int32_t> which,
                      const Random& draws,
                      S* out) const;

 private:
  std::vector<S> scale_;  // per channel: 1 / (255 deviation)
  std::vector<S> shift_;  // per channel: -mean / deviation
};

extern template class ImageReader<float>;
extern template class ImageReader<double>;

// How one image, as bytes, is flipped and cropped; down, right: 0 to 8, where 4 is the center.
struct Crop {
  bool flip = false;
  std::int64_t down = 4;
  std::int64_t right = 4;
};
Crop draw_crop(const Random& draws, std::size_t place);
void crop_image(const ImageShape& shape,
                std::span<const std::uint8_t> image,
                const Crop& crop,
                std::span<std::uint8_t> out);

}  // namespace murmur::data
