// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/images/idx.h"

#include <memory>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/data/bytes.h"
#include "murmur/data/check_dataset.h"

namespace murmur::data {
namespace {

constexpr std::uint8_t kUnsignedBytes = 0x08;
constexpr std::size_t kMaxRank = 4;

Failure damaged(const std::string& name, const std::string& what) {
  return {FailureKind::kDamaged, fmt::format("{}: {}", name, what)};
}

std::uint32_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : bytes.first(4)) {
    value = (value << 8U) | byte;
  }
  return value;
}

Result<ImageShape> image_shape(const IdxArray& images, const std::string& name) {
  const std::vector<std::int64_t>& extents = images.extents;
  switch (extents.size()) {
    case 2:
      return ImageShape{1, 1, extents[1]};
    case 3:
      return ImageShape{1, extents[1], extents[2]};
    case 4:
      return ImageShape{extents[1], extents[2], extents[3]};
    default:
      return damaged(name, "expected images (rank 2, 3 or 4), found an array of rank 1");
  }
}

// The result consists of views of the files' bytes.
Result<Examples> join(Bytes image_bytes,
                      Bytes label_bytes,
                      const std::string& image_name,
                      const std::string& label_name) {
  const auto image_file = std::make_shared<const Bytes>(std::move(image_bytes));
  const auto label_file = std::make_shared<const Bytes>(std::move(label_bytes));
  const Result<IdxArray> images = parse_idx(*image_file, image_name);
  if (!images) {
    return images.failure();
  }
  const Result<IdxArray> labels = parse_idx(*label_file, label_name);
  if (!labels) {
    return labels.failure();
  }
  const Result<ImageShape> shape = image_shape(images.value(), image_name);
  if (!shape) {
    return shape.failure();
  }
  if (labels.value().extents.size() != 1) {
    return damaged(label_name,
                   fmt::format("expected labels (rank 1), found an array of rank {}",
                               labels.value().extents.size()));
  }
  const std::int64_t image_count = images.value().extents[0];
  if (labels.value().extents[0] != image_count) {
    return damaged(label_name,
                   fmt::format("expected {} labels, one for each image of {}, found {}",
                               image_count,
                               image_name,
                               labels.value().extents[0]));
  }
  return labelled_images(
      shape.value(), {images.value().values, image_file}, {labels.value().values, label_file});
}

}  // namespace

Result<IdxArray> parse_idx(std::span<const std::uint8_t> bytes, const std::string& name) {
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0) {
    return damaged(
        name,
        fmt::format("expected an IDX file, which begins with 00 00, found {}",
                    bytes.empty()
                        ? "nothing"
                        : fmt::format("{:02x}",
                                      fmt::join(bytes.first(std::min<std::size_t>(bytes.size(), 4)),
                                                " "))));
  }
  if (bytes[2] != kUnsignedBytes) {
    return damaged(
        name,
        fmt::format("expected values of type 08 (unsigned bytes), found type {:02x}", bytes[2]));
  }
  const std::size_t rank = bytes[3];
  if (rank < 1 || rank > kMaxRank) {
    return damaged(name, fmt::format("expected 1 to {} dimensions, found {}", kMaxRank, rank));
  }
  const std::size_t header = 4 + 4 * rank;
  if (bytes.size() < header) {
    return damaged(
        name,
        fmt::format("truncated: expected a header of {} bytes, found {}", header, bytes.size()));
  }
  IdxArray array;
  std::uint64_t count = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::uint32_t extent = big_endian(bytes.subspan(4 + 4 * i));
    array.extents.push_back(extent);
    // Beyond the limit the product is not needed; not computing it avoids overflow.
    count = count > kMaxFileBytes ? count : count * extent;
  }
  const std::size_t found = bytes.size() - header;
  if (count != found) {
    return damaged(name,
                   fmt::format("{}: expected {} values after the header, found {}",
                               found < count ? "truncated" : "too long",
                               fmt::join(array.extents, " x "),
                               found));
  }
  if (count == 0) {
    return damaged(name, "expected at least one value, found none");
  }
  array.values = bytes.subspan(header);
  return array;
}

Result<Dataset> read_idx_dataset(const DatasetInfo& info,
                                 const DatasetFiles& files,
                                 const ForEach& for_each) {
  Result<std::vector<Bytes>> contents = read_all(files, for_each);
  if (!contents) {
    return contents.failure();
  }
  std::vector<Bytes>& bytes = contents.value();
  const bool as_published = are_as_published(info, bytes);
  Result<Examples> training = join(
      std::move(bytes[0]), std::move(bytes[1]), files.paths[0].string(), files.paths[1].string());
  if (!training) {
    return training.failure();
  }
  Result<Examples> test = join(
      std::move(bytes[2]), std::move(bytes[3]), files.paths[2].string(), files.paths[3].string());
  if (!test) {
    return test.failure();
  }
  Dataset dataset;
  dataset.training = std::move(training).value();
  dataset.test = std::move(test).value();
  dataset.as_published = as_published;
  return complete_dataset(info, files, std::move(dataset));
}

std::vector<FileInfo> usual_idx_files() {
  return {{.name = "train-images-idx3-ubyte", .other_name = "train-images.idx3-ubyte"},
          {.name = "train-labels-idx1-ubyte", .other_name = "train-labels.idx1-ubyte"},
          {.name = "t10k-images-idx3-ubyte", .other_name = "t10k-images.idx3-ubyte"},
          {.name = "t10k-labels-idx1-ubyte", .other_name = "t10k-labels.idx1-ubyte"}};
}

}  // namespace murmur::data
