// SPDX-License-Identifier: Apache-2.0
// Bilinear resizing with antialiasing, as PIL's Image.resize(size, BILINEAR), which torchvision
// uses: the same bits where PIL begins with the columns, at most 1 of 255 apart where a newer
// version begins with the rows. Each output pixel is a weighted mean of the input pixels within one
// output pixel (or one input pixel, if that is larger) of its centre, with weights that fall
// linearly; columns first, then rows, each pass rounded to bytes, weights in fixed point with 22
// bits.
#pragma once

#include <cstdint>
#include <span>

#include "murmur/data/transforms/transform.h"

namespace murmur::data {

// A rectangle of whole pixels.
struct Box {
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};

// The pixels of a box. REQUIRES: it is inside of the image, and out has as many bytes.
void crop_to(const ImageView& image, const Box& box, std::span<std::uint8_t> out);

// The box of an image, resized to out_shape. REQUIRES: it is inside of the image, and out_shape has
// the image's channels.
void resize_box(const ImageView& image,
                const Box& box,
                const ImageShape& out_shape,
                std::span<std::uint8_t> out);

// torchvision's Resize(size) of the shorter edge, then CenterCrop(shape), for test images: size is
// 256 / 224 of the shape's shorter edge.
void resize_and_crop_centre(const ImageView& image,
                            const ImageShape& shape,
                            std::span<std::uint8_t> out);

}  // namespace murmur::data
