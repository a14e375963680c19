// SPDX-License-Identifier: Apache-2.0
// The safetensors format, compatible with the reference implementation:
//
//   u64    length of the header in bytes, little-endian, at most 100 MB
//   JSON   {"__metadata__": {TEXT: TEXT, ...},
//           NAME: {"dtype": "F32", "shape": [2, 3], "data_offsets": [BEGIN, END]}, ...}
//          begins with "{", may be padded with spaces
//   bytes  data of the tensors, little-endian, row-major; offsets are relative to the first byte of
//          the data; the tensors leave no gaps, do not overlap, and end at the end of the file
//
// No value in a file is trusted before it is checked against the size of the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/files/atomic_file.h"
#include "murmur/files/descriptor.h"
#include "murmur/files/digest.h"
#include "murmur/files/dtype.h"

namespace murmur::files {

inline constexpr std::uint64_t kMostHeaderBytes = 100'000'000;
inline constexpr std::size_t kMostDimensions = 64;

struct TensorInfo {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<std::int64_t> shape = {};
  std::uint64_t begin = 0;  // byte offset in the data
  std::uint64_t end = 0;
};

using Metadata = std::map<std::string, std::string>;

struct SafetensorsHeader {
  std::vector<TensorInfo> tensors;  // in the order of their data
  Metadata metadata;
};

// Parses the JSON text of a header. `data_bytes`: number of bytes that follow it in the file.
// kDamaged: the message states what is wrong with which tensor.
Result<SafetensorsHeader> parse_header(std::string_view json, std::uint64_t data_bytes);

class SafetensorsReader {
 public:
  // kMissing, kIo, kDamaged.
  static Result<SafetensorsReader> open(const std::filesystem::path& path);
  // Of a file that is open already. `name`: for messages.
  static Result<SafetensorsReader> open(Descriptor file, const std::filesystem::path& name);

  const std::vector<TensorInfo>& tensors() const { return header_.tensors; }
  const Metadata& metadata() const { return header_.metadata; }
  const TensorInfo* find(std::string_view name) const;  // null if there is none

  // Reads elements first, first + 1, ... of a tensor. kIo; kDamaged: the file has been truncated
  // since open(). REQUIRES: dtype_of<T>() is the tensor's dtype; the elements are within the
  // tensor.
  template <class T>
  Status read(const TensorInfo& tensor, std::uint64_t first, std::span<T> elements) const;

  // Reads bytes offset, offset + 1, ... of a tensor of any type. Failures as above. REQUIRES: they
  // are within the tensor.
  Status read_bytes(const TensorInfo& tensor, std::uint64_t offset, std::span<std::byte> out) const;

 private:
  SafetensorsReader(std::filesystem::path path, Descriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}
  Status read_header();

  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t data_begin_ = 0;
  SafetensorsHeader header_;
};

// A tensor to be written: a TensorInfo without offsets.
struct TensorPlan {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<std::int64_t> shape = {};
};

class SafetensorsWriter {
 public:
  // REQUIRES: names are distinct and none is "__metadata__"; no tensor has a wider type than the
  // one before it, so that every tensor is aligned. Failures as for AtomicFile.
  static Result<SafetensorsWriter> create(const std::filesystem::path& path,
                                          const std::vector<TensorPlan>& plan,
                                          const Metadata& metadata);

  // Appends elements of the tensors, in the order of the plan, in pieces of any length.
  template <class T>
  Status append(std::span<const T> elements) {
    return append_bytes(std::as_bytes(elements));
  }
  // REQUIRES: every element was appended. The old file is unchanged until this succeeds.
  Status commit();
  // Digest of the file that commit() creates. REQUIRES: every element was appended.
  std::uint64_t digest() const { return digest_.value(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  SafetensorsWriter(AtomicFile file, std::uint64_t bytes)
      : file_(std::move(file)), bytes_(bytes), missing_bytes_(bytes) {}
  Status append_bytes(std::span<const std::byte> bytes);

  AtomicFile file_;
  std::uint64_t bytes_ = 0;
  std::uint64_t missing_bytes_ = 0;
  Digest digest_;
};

}  // namespace murmur::files
