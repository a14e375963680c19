// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/images/cifar_binary.h"

#include <utility>

#include <fmt/format.h>

namespace murmur::data {
namespace {

constexpr std::size_t kImageBytes = std::size_t{3} * 32 * 32;
constexpr std::size_t kRecordBytes = 1 + kImageBytes;

}  // namespace

Status append_cifar(std::span<const std::uint8_t> bytes,
                    const std::string& name,
                    int classes,
                    CifarRecords& records) {
  if (bytes.empty() || bytes.size() % kRecordBytes != 0) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("{}: expected whole records of {} bytes, found {} bytes, which are "
                               "{} records and {} bytes",
                               name,
                               kRecordBytes,
                               bytes.size(),
                               bytes.size() / kRecordBytes,
                               bytes.size() % kRecordBytes)};
  }
  const std::size_t count = bytes.size() / kRecordBytes;
  records.labels.reserve(records.labels.size() + count);
  records.pixels.reserve(records.pixels.size() + count * kImageBytes);
  for (std::size_t start = 0; start < bytes.size(); start += kRecordBytes) {
    const std::uint8_t label = bytes[start];
    if (label >= classes) {
      return Failure{FailureKind::kDamaged,
                     fmt::format("{}: expected labels from 0 to {}, found {} in record {}",
                                 name,
                                 classes - 1,
                                 label,
                                 start / kRecordBytes)};
    }
    records.labels.push_back(label);
    const auto image = bytes.subspan(start + 1, kImageBytes);
    records.pixels.insert(records.pixels.end(), image.begin(), image.end());
  }
  return Ok{};
}

Examples examples_of(CifarRecords records) {
  return labelled_images(kCifarShape, std::move(records.pixels), std::move(records.labels));
}

}  // namespace murmur::data
