// SPDX-License-Identifier: Apache-2.0
// Examples as numbers: (pixel / 255 - mean) / deviation, channel by channel. Converted batch by
// batch from bytes: less memory moves than if they were kept as floats.
//
// Augmentation is that of the quasi-global momentum paper's code: a flip of left and right with
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

  // which.size() x example_size() numbers into `out`.
  void read(const Examples& examples, std::span<const std::int32_t> which, S* out) const;

  // The same, augmented by the numbers of `draws`.
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

// One flipped and cropped image, as bytes: down, right: 0 to 8, where 4 is the middle.
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
