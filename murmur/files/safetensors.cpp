// SPDX-License-Identifier: Apache-2.0
#include "murmur/files/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "murmur/core/check.h"

namespace murmur::files {
namespace {

constexpr std::size_t kLengthBytes = sizeof(std::uint64_t);

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

std::uint64_t bytes_planned(const TensorPlan& tensor) {
  std::uint64_t bytes = bytes_of(tensor.dtype);
  for (const std::int64_t extent : tensor.shape) {
    MURMUR_CHECK(extent >= 0, "'{}' has an extent of {}", tensor.name, extent);
    bytes *= static_cast<std::uint64_t>(extent);
  }
  return bytes;
}

}  // namespace

Result<SafetensorsReader> SafetensorsReader::open(const std::filesystem::path& path) {
  Result<Descriptor> file = open_to_read(path);
  if (!file) {
    return file.failure();
  }
  return open(std::move(file).value(), path);
}

Result<SafetensorsReader> SafetensorsReader::open(Descriptor file,
                                                  const std::filesystem::path& name) {
  SafetensorsReader reader(name, std::move(file));
  if (Status read = reader.read_header(); !read) {
    return read.failure();
  }
  return reader;
}

Status SafetensorsReader::read_header() {
  const auto damaged = [&](const std::string& what) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("{} is no whole safetensors file: {}", path_.string(), what)};
  };
  struct stat about {};
  if (::fstat(file_.number(), &about) != 0) {
    return system_failure("read", path_, errno);
  }
  const auto file_bytes = static_cast<std::uint64_t>(about.st_size);
  std::array<std::byte, kLengthBytes> length_bytes{};
  const Result<std::size_t> count = read_at(file_, path_, 0, length_bytes);
  if (!count) {
    return count.failure();
  }
  if (count.value() < kLengthBytes || file_bytes < kLengthBytes) {
    return damaged(fmt::format("it has only {} bytes", file_bytes));
  }
  const auto length = std::bit_cast<std::uint64_t>(length_bytes);
  if (length > kMostHeaderBytes || length > file_bytes - kLengthBytes) {
    return damaged(fmt::format("its header would have {} bytes; allowed are {}",
                               length,
                               std::min(kMostHeaderBytes, file_bytes - kLengthBytes)));
  }
  std::string json(length, '\0');
  const Result<std::size_t> read = read_at(
      file_, path_, kLengthBytes, std::as_writable_bytes(std::span(json.data(), json.size())));
  if (!read) {
    return read.failure();
  }
  if (read.value() < length) {
    return damaged("it ends within its header");
  }
  data_begin_ = kLengthBytes + length;
  Result<SafetensorsHeader> header = parse_header(json, file_bytes - data_begin_);
  if (!header) {
    return damaged(header.failure().message);
  }
  header_ = std::move(header).value();
  return Ok{};
}

const TensorInfo* SafetensorsReader::find(std::string_view name) const {
  const auto found = std::find_if(header_.tensors.begin(),
                                  header_.tensors.end(),
                                  [&](const TensorInfo& tensor) { return tensor.name == name; });
  return found == header_.tensors.end() ? nullptr : &*found;
}

Status SafetensorsReader::read_bytes(const TensorInfo& tensor,
                                     std::uint64_t offset,
                                     std::span<std::byte> out) const {
  const std::uint64_t size = tensor.end - tensor.begin;
  MURMUR_CHECK(offset <= size && out.size() <= size - offset,
               "bytes {} to {} of '{}', which has {}",
               offset,
               offset + out.size(),
               tensor.name,
               size);
  const Result<std::size_t> count = read_at(file_, path_, data_begin_ + tensor.begin + offset, out);
  if (!count) {
    return count.failure();
  }
  if (count.value() < out.size()) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("{} ends within tensor '{}'", path_.string(), tensor.name)};
  }
  return Ok{};
}

template <class T>
Status SafetensorsReader::read(const TensorInfo& tensor,
                               std::uint64_t first,
                               std::span<T> elements) const {
  MURMUR_CHECK(tensor.dtype == dtype_of<T>(),
               "'{}' is of type {}, not {}",
               tensor.name,
               name_of(tensor.dtype),
               name_of(dtype_of<T>()));
  return read_bytes(tensor, first * sizeof(T), std::as_writable_bytes(elements));
}

using First = std::uint64_t;  // index of an element
template Status SafetensorsReader::read(const TensorInfo&, First, std::span<float>) const;
template Status SafetensorsReader::read(const TensorInfo&, First, std::span<double>) const;
template Status SafetensorsReader::read(const TensorInfo&, First, std::span<std::int64_t>) const;
template Status SafetensorsReader::read(const TensorInfo&, First, std::span<std::uint64_t>) const;
template Status SafetensorsReader::read(const TensorInfo&, First, std::span<std::uint8_t>) const;

Result<SafetensorsWriter> SafetensorsWriter::create(const std::filesystem::path& path,
                                                    const std::vector<TensorPlan>& plan,
                                                    const Metadata& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) {
    header["__metadata__"] = metadata;
  }
  std::uint64_t reached = 0;
  std::size_t width = kLengthBytes;
  for (const TensorPlan& tensor : plan) {
    MURMUR_CHECK(tensor.name != "__metadata__" && !header.contains(tensor.name),
                 "'{}' is planned twice, or reserved",
                 tensor.name);
    MURMUR_CHECK(bytes_of(tensor.dtype) <= width, "'{}' is wider than before", tensor.name);
    width = bytes_of(tensor.dtype);
    const std::uint64_t begin = reached;
    reached += bytes_planned(tensor);
    header[tensor.name] = {{"dtype", name_of(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"data_offsets", {begin, reached}}};
  }
  std::string json = header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  json.resize((json.size() + kLengthBytes - 1) / kLengthBytes * kLengthBytes, ' ');
  MURMUR_CHECK(json.size() <= kMostHeaderBytes, "a header of {} bytes", json.size());
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file) {
    return file.failure();
  }
  const std::uint64_t length = json.size();
  SafetensorsWriter writer(std::move(file).value(), kLengthBytes + length + reached);
  if (Status status = writer.append(std::span(&length, 1)); !status) {
    return status.failure();
  }
  if (Status status = writer.append(std::span<const char>(json)); !status) {
    return status.failure();
  }
  return writer;
}

Status SafetensorsWriter::append_bytes(std::span<const std::byte> bytes) {
  MURMUR_CHECK(bytes.size() <= missing_bytes_,
               "{} bytes are appended where {} are missing",
               bytes.size(),
               missing_bytes_);
  missing_bytes_ -= bytes.size();
  digest_.add(bytes);
  return file_.write(bytes);
}

Status SafetensorsWriter::commit() {
  MURMUR_CHECK(missing_bytes_ == 0, "{} bytes are missing", missing_bytes_);
  return file_.commit();
}

}  // namespace murmur::files
