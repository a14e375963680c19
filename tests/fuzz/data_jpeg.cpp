// SPDX-License-Identifier: Apache-2.0
// Any bytes are either refused, or are an image of as many bytes as its shape has.
#include <cstddef>
#include <cstdint>
#include <span>

#include "murmur/core/check.h"
#include "murmur/data/images/jpeg.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static murmur::data::JpegDecoder decoder;
  murmur::data::DecodedImage image;
  if (decoder.decode(std::span(data, size), image)) {
    const auto [channels, rows, columns] = image.shape;
    MURMUR_CHECK(channels == 3 && rows > 0 && columns > 0 &&
                     std::ssize(image.pixels) == channels * rows * columns,
                 "{} bytes of {} x {}",
                 image.pixels.size(),
                 rows,
                 columns);
  }
  return 0;
}
