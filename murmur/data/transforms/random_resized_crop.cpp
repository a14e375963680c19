// SPDX-License-Identifier: Apache-2.0
// A random part of an image in a random form, resized, as in torchvision's RandomResizedCrop(size,
// scale = (0.08, 1), ratio = (3/4, 4/3)): up to ten times a share of the area and a ratio of width
// and height are drawn until the part fits; otherwise it is the centre, as wide or as high as the
// image.
//
//   draws   2 k, 2 k + 1: area and ratio of attempt k; 20, 21: place
#include <cmath>

#include "murmur/data/transforms/registry.h"
#include "murmur/data/transforms/resize.h"

namespace murmur::data {
namespace {

constexpr std::uint64_t kAttempts = 10;
constexpr double kSmallest = 0.08;
constexpr double kLowest = 3.0 / 4.0;
constexpr double kHighest = 4.0 / 3.0;

std::int64_t rounded(double value) {
  return static_cast<std::int64_t>(std::nearbyint(value));  // ties to even, as Python's round()
}

Box centre_of(std::int64_t rows, std::int64_t columns) {
  const double ratio = static_cast<double>(columns) / static_cast<double>(rows);
  Box box{0, 0, rows, columns};
  if (ratio < kLowest) {
    box.rows = rounded(static_cast<double>(columns) / kLowest);
  } else if (ratio > kHighest) {
    box.columns = rounded(static_cast<double>(rows) * kHighest);
  }
  box.top = (rows - box.rows) / 2;
  box.left = (columns - box.columns) / 2;
  return box;
}

Box draw_box(std::int64_t rows, std::int64_t columns, const Draws& draws) {
  const double area = static_cast<double>(rows * columns);
  for (std::uint64_t k = 0; k < kAttempts; ++k) {
    const double part = area * (kSmallest + (1 - kSmallest) * draws.uniform(2 * k));
    const double low = std::log(kLowest);
    const double ratio = std::exp(low + (std::log(kHighest) - low) * draws.uniform(2 * k + 1));
    const std::int64_t width = rounded(std::sqrt(part * ratio));
    const std::int64_t height = rounded(std::sqrt(part / ratio));
    if (width > 0 && width <= columns && height > 0 && height <= rows) {
      const auto place = [&](std::uint64_t index, std::int64_t room) {
        return static_cast<std::int64_t>(draws.below(index, static_cast<std::uint64_t>(room) + 1));
      };
      return {place(2 * kAttempts, rows - height),
              place(2 * kAttempts + 1, columns - width),
              height,
              width};
    }
  }
  return centre_of(rows, columns);
}

void resize_random_part(const ImageView& image,
                        const Draws& draws,
                        const ImageShape& out_shape,
                        std::span<std::uint8_t> out) {
  resize_box(image, draw_box(image.shape[1], image.shape[2], draws), out_shape, out);
}

}  // namespace

TransformInfo random_resized_crop() {
  return {.name = "random-resized-crop",
          .summary =
              "of image-folder: a random part of 8 to 100 % of the area, of a form from 3:4 "
              "to 4:3, resized",
          .paper = "Szegedy et al.: Going deeper with convolutions, CVPR 2015",
          .options = {},
          .draws = 2 * kAttempts + 2,
          .resize = resize_random_part};
}

}  // namespace murmur::data
