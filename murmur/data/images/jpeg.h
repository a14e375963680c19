// SPDX-License-Identifier: Apache-2.0
// JPEG images by libjpeg-turbo, as colours as in PIL's Image.convert("RGB"): grey is each of the
// three, CMYK (which files hold inverted, as Adobe writes it) is
//
//   red = K - (255 - C) K / 255, rounded, of the bytes in the file, and likewise green and blue
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/image_shape.h"

namespace murmur::data {

// 3 x rows x columns: channel by channel, row by row.
struct DecodedImage {
  ImageShape shape{};
  std::vector<std::uint8_t> pixels;
};

// kDamaged: no JPEG image, or one that ends too early. Not thread-safe: one instance per thread.
class JpegDecoder {
 public:
  JpegDecoder();
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder();

  Status decode(std::span<const std::uint8_t> bytes, DecodedImage& image);

 private:
  void* handle_;
  std::vector<std::uint8_t> interleaved_;
};

}  // namespace murmur::data
