// SPDX-License-Identifier: Apache-2.0
#include "murmur/files/array_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/files/npy.h"
#include "murmur/files/safetensors.h"
#include "murmur/files/zip.h"

namespace murmur::files {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNpy = ".npy";

Failure damaged(const fs::path& path, const std::string& name, const std::string& what) {
  return {FailureKind::kDamaged, fmt::format("{}: array '{}': {}", path.string(), name, what)};
}

Failure no_such_array(const fs::path& path,
                      const std::string& name,
                      std::vector<std::string> names) {
  constexpr std::size_t kMostNames = 10;
  const std::size_t all = names.size();
  names.resize(std::min(all, kMostNames));
  return {FailureKind::kDamaged,
          fmt::format("{}: there is no array '{}'; there are: {}{}",
                      path.string(),
                      name,
                      all == 0 ? "none" : fmt::format("{}", fmt::join(names, ", ")),
                      all > kMostNames ? ", ..." : "")};
}

class SafetensorsArrays final : public ArrayFile {
 public:
  SafetensorsArrays(fs::path path, SafetensorsReader reader)
      : path_(std::move(path)), reader_(std::move(reader)) {}

  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const TensorInfo& tensor : reader_.tensors()) {
      names.push_back(tensor.name);
    }
    return names;
  }

  Result<ArrayInfo> find(const std::string& name) const override {
    const TensorInfo* tensor = reader_.find(name);
    if (tensor == nullptr) {
      return no_such_array(path_, name, names());
    }
    return ArrayInfo{.name = name,
                     .dtype = tensor->dtype,
                     .shape = tensor->shape,
                     .bytes = static_cast<std::size_t>(tensor->end - tensor->begin)};
  }

  Status read(const ArrayInfo& info, std::span<std::byte> out) const override {
    return reader_.read_bytes(*reader_.find(info.name), 0, out);
  }

 private:
  fs::path path_;
  SafetensorsReader reader_;
};

// Elements in which the first index changes fastest, to elements in which the last one does.
void to_row_major(std::span<const std::byte> from,
                  const std::vector<std::int64_t>& shape,
                  std::size_t element,
                  std::span<std::byte> to) {
  std::vector<std::size_t> index(shape.size(), 0);
  std::vector<std::size_t> strides;  // in `from`, in elements
  std::size_t stride = 1;
  for (const std::int64_t extent : shape) {
    strides.push_back(stride);
    stride *= static_cast<std::size_t>(extent);
  }
  std::size_t place = 0;
  for (std::size_t offset = 0; offset < to.size(); offset += element) {
    std::memcpy(to.data() + offset, from.data() + place * element, element);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      place += strides[axis];
      if (++index[axis] < static_cast<std::size_t>(shape[axis])) {
        break;
      }
      place -= strides[axis] * index[axis];
      index[axis] = 0;
    }
  }
}

class NpzArrays final : public ArrayFile {
 public:
  explicit NpzArrays(ZipReader zip) : zip_(std::move(zip)) {}

  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const ZipMember& member : zip_.members()) {
      if (member.name.ends_with(kNpy)) {
        names.push_back(member.name.substr(0, member.name.size() - kNpy.size()));
      }
    }
    return names;
  }

  Result<ArrayInfo> find(const std::string& name) const override {
    Result<Opened> opened = open(name);
    if (!opened) {
      return opened.failure();
    }
    return std::move(opened.value().info);
  }

  Status read(const ArrayInfo& info, std::span<std::byte> out) const override {
    Result<Opened> opened = open(info.name);
    if (!opened) {
      return opened.failure();
    }
    if (opened.value().info.bytes != out.size()) {
      return damaged(zip_.path(), info.name, "it has changed while it was read");
    }
    if (!opened.value().fortran_order || info.shape.size() < 2) {
      return opened.value().stream.read(out);
    }
    std::vector<std::byte> columns(out.size());
    if (const Status got = opened.value().stream.read(columns); !got) {
      return got;
    }
    to_row_major(columns, info.shape, bytes_of(info.dtype), out);
    return Ok{};
  }

 private:
  struct Opened {
    ArrayInfo info;
    bool fortran_order = false;
    ZipStream stream;  // at the first number
  };

  Result<Opened> open(const std::string& name) const {
    const ZipMember* member = zip_.find(name + std::string(kNpy));
    if (member == nullptr) {
      return no_such_array(zip_.path(), name, names());
    }
    Result<ZipStream> stream = zip_.stream(*member);
    if (!stream) {
      return stream.failure();
    }
    std::vector<std::byte> header(kNpyPrefixBytes);
    if (member->bytes < header.size()) {
      return damaged(zip_.path(), name, "it does not begin as a NumPy array");
    }
    if (const Status got = stream.value().read(header); !got) {
      return got.failure();
    }
    const Result<std::size_t> length = npy_header_bytes(header);
    if (!length) {
      return damaged(zip_.path(), name, length.failure().message);
    }
    if (length.value() > member->bytes) {
      return damaged(zip_.path(), name, "it ends within its header");
    }
    header.resize(length.value());
    const auto rest = std::span(header).subspan(kNpyPrefixBytes);
    if (const Status got = stream.value().read(rest); !got) {
      return got.failure();
    }
    Result<NpyHeader> parsed = parse_npy_header(npy_text(header));
    if (!parsed) {
      return damaged(zip_.path(), name, parsed.failure().message);
    }
    const auto& [dtype, fortran_order, shape] = parsed.value();
    const std::uint64_t found = member->bytes - length.value();
    if (array_bytes(dtype, shape) != found) {
      return damaged(zip_.path(),
                     name,
                     fmt::format("it has {} bytes, not what its type {} and shape ({}) need",
                                 found,
                                 name_of(dtype),
                                 fmt::join(shape, ", ")));
    }
    return Opened{.info = {.name = name,
                           .dtype = dtype,
                           .shape = shape,
                           .bytes = static_cast<std::size_t>(found)},
                  .fortran_order = fortran_order,
                  .stream = std::move(stream).value()};
  }

  ZipReader zip_;
};

}  // namespace

std::optional<std::uint64_t> array_bytes(Dtype dtype, std::span<const std::int64_t> shape) {
  if (std::ranges::find(shape, 0) != shape.end()) {
    return 0;  // however large the other extents are
  }
  std::int64_t bytes = static_cast<std::int64_t>(bytes_of(dtype));
  for (const std::int64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) {
      return std::nullopt;
    }
  }
  return static_cast<std::uint64_t>(bytes);
}

const std::vector<std::string>& array_file_endings() {
  static const std::vector<std::string> kEndings{".safetensors", ".npz"};
  return kEndings;
}

Result<std::unique_ptr<ArrayFile>> open_array_file(Descriptor file, const fs::path& name) {
  if (name.extension() == ".npz") {
    Result<ZipReader> zip = ZipReader::open(std::move(file), name);
    if (!zip) {
      return zip.failure();
    }
    return std::unique_ptr<ArrayFile>(std::make_unique<NpzArrays>(std::move(zip).value()));
  }
  if (name.extension() == ".safetensors") {
    Result<SafetensorsReader> reader = SafetensorsReader::open(std::move(file), name);
    if (!reader) {
      return reader.failure();
    }
    return std::unique_ptr<ArrayFile>(
        std::make_unique<SafetensorsArrays>(name, std::move(reader).value()));
  }
  return Failure{FailureKind::kInvalid,
                 fmt::format("{}: arrays are in files that end in {}",
                             name.string(),
                             fmt::join(array_file_endings(), " or "))};
}

Result<std::unique_ptr<ArrayFile>> open_array_file(const fs::path& path) {
  Result<Descriptor> file = open_to_read(path);
  if (!file) {
    return file.failure();
  }
  return open_array_file(std::move(file).value(), path);
}

}  // namespace murmur::files
