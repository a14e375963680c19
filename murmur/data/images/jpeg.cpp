// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/images/jpeg.h"

#include <string>

#include <fmt/format.h>
#include <turbojpeg.h>

#include "murmur/core/check.h"

namespace murmur::data {
namespace {

constexpr std::int64_t kMostPixels = std::int64_t{1} << 28U;

std::uint8_t times(int a, int b) {  // a b / 255, rounded
  const int product = a * b + 128;
  return static_cast<std::uint8_t>(((product >> 8) + product) >> 8);
}

// From pixels of `from` bytes to planes.
void to_planes(std::span<const std::uint8_t> pixels, std::size_t from, DecodedImage& image) {
  const std::size_t plane = image.pixels.size() / 3;
  for (std::size_t i = 0; i < plane; ++i) {
    const std::uint8_t* const pixel = pixels.data() + from * i;
    for (std::size_t c = 0; c < 3; ++c) {
      const int black = from == 4 ? pixel[3] : 0;
      image.pixels[c * plane + i] =
          from == 4 ? static_cast<std::uint8_t>(black - times(255 - pixel[c], black)) : pixel[c];
    }
  }
}

}  // namespace

JpegDecoder::JpegDecoder() : handle_(tjInitDecompress()) {
  MURMUR_CHECK(handle_ != nullptr, "libjpeg-turbo: {}", tjGetErrorStr());
}

JpegDecoder::~JpegDecoder() {
  tjDestroy(handle_);
}

Status JpegDecoder::decode(std::span<const std::uint8_t> bytes, DecodedImage& image) {
  const auto damaged = [&] {
    const Failure failure{FailureKind::kDamaged, tjGetErrorStr2(handle_)};
    tjDestroy(handle_);  // it may keep tables of the damaged image
    handle_ = tjInitDecompress();
    MURMUR_CHECK(handle_ != nullptr, "libjpeg-turbo: {}", tjGetErrorStr());
    return failure;
  };
  int columns = 0;
  int rows = 0;
  int sampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(
          handle_, bytes.data(), bytes.size(), &columns, &rows, &sampling, &colours) != 0) {
    return damaged();
  }
  if (columns <= 0 || rows <= 0) {  // tables without an image, which are a JPEG stream, too
    return Failure{FailureKind::kDamaged, "it holds no image"};
  }
  if (std::int64_t{columns} * rows > kMostPixels) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("{} x {} pixels; allowed are {}", rows, columns, kMostPixels)};
  }
  const bool is_cmyk = colours == TJCS_CMYK || colours == TJCS_YCCK;
  const std::size_t from = is_cmyk ? 4 : 3;
  const auto pixels = static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
  interleaved_.resize(from * pixels);
  const int code = tjDecompress2(handle_,
                                 bytes.data(),
                                 bytes.size(),
                                 interleaved_.data(),
                                 columns,
                                 0,
                                 rows,
                                 is_cmyk ? TJPF_CMYK : TJPF_RGB,
                                 0);
  // Other warnings are about bytes that do not matter, and PIL reads such images, too.
  const bool ends_early =
      std::string(tjGetErrorStr2(handle_)).find("Premature end") != std::string::npos;
  if (code != 0 && (tjGetErrorCode(handle_) == TJERR_FATAL || ends_early)) {
    return damaged();
  }
  image.shape = {3, rows, columns};
  image.pixels.resize(3 * pixels);
  to_planes(interleaved_, from, image);
  return Ok{};
}

}  // namespace murmur::data
