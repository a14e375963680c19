// SPDX-License-Identifier: Apache-2.0
// In place of jpeg.cpp where libjpeg-turbo is left out: in the Python package.
#include "murmur/core/error.h"
#include "murmur/data/images/jpeg.h"

namespace murmur::data {

JpegDecoder::JpegDecoder() : handle_(nullptr) {}

JpegDecoder::~JpegDecoder() = default;

Status JpegDecoder::decode(std::span<const std::uint8_t> /*bytes*/, DecodedImage& /*image*/) {
  return Failure{FailureKind::kMissing,
                 "this murmur reads no JPEG images: it is that of the Python package; build the "
                 "program from a clone: scripts/demo, docs/building.md"};
}

}  // namespace murmur::data
