// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/images/cifar_binary.h"

#include <utility>

#include <fmt/format.h>

#include "murmur/data/check_dataset.h"

namespace murmur::data {
namespace {

constexpr std::size_t kImageBytes = std::size_t{3} * 32 * 32;

}  // namespace

Status append_cifar(std::span<const std::uint8_t> bytes,
                    const std::string& name,
                    const CifarFormat& format,
                    CifarRecords& records) {
  const std::size_t label_bytes = format.classes.size();
  const std::size_t record_bytes = label_bytes + kImageBytes;
  if (bytes.empty() || bytes.size() % record_bytes != 0) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("{}: expected whole records of {} bytes, found {} bytes, which are "
                               "{} records and {} bytes",
                               name,
                               record_bytes,
                               bytes.size(),
                               bytes.size() / record_bytes,
                               bytes.size() % record_bytes)};
  }
  const std::size_t count = bytes.size() / record_bytes;
  records.labels.reserve(records.labels.size() + count);
  records.pixels.reserve(records.pixels.size() + count * kImageBytes);
  for (std::size_t start = 0; start < bytes.size(); start += record_bytes) {
    for (std::size_t i = 0; i < label_bytes; ++i) {
      if (bytes[start + i] >= format.classes[i]) {
        return Failure{FailureKind::kDamaged,
                       fmt::format("{}: expected labels from 0 to {}, found {} in record {}",
                                   name,
                                   format.classes[i] - 1,
                                   bytes[start + i],
                                   start / record_bytes)};
      }
    }
    records.labels.push_back(bytes[start + format.label]);
    const auto image = bytes.subspan(start + label_bytes, kImageBytes);
    records.pixels.insert(records.pixels.end(), image.begin(), image.end());
  }
  return Ok{};
}

Examples examples_of(CifarRecords records) {
  return labelled_images(kCifarShape, std::move(records.pixels), std::move(records.labels));
}

Result<Dataset> read_cifar(const DatasetInfo& info,
                           const DatasetFiles& files,
                           const CifarFormat& format,
                           const ForEach& for_each) {
  const Result<std::vector<Bytes>> contents = read_all(files, for_each);
  if (!contents) {
    return contents.failure();
  }
  CifarRecords training;
  CifarRecords test;
  for (std::size_t i = 0; i < files.paths.size(); ++i) {
    const bool is_test = i + 1 == files.paths.size();
    const Status appended = append_cifar(
        contents.value()[i], files.paths[i].string(), format, is_test ? test : training);
    if (!appended) {
      return appended.failure();
    }
  }
  Dataset dataset;
  dataset.training = examples_of(std::move(training));
  dataset.test = examples_of(std::move(test));
  dataset.as_published = are_as_published(info, contents.value());
  return complete_dataset(info, files, std::move(dataset));
}

}  // namespace murmur::data
