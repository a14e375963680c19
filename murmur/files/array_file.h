// SPDX-License-Identifier: Apache-2.0
// A file of named arrays: .safetensors (safetensors.h), or .npz: a zip archive (zip.h) of members
// NAME.npy (npy.h), as numpy.savez and numpy.savez_compressed write it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/files/descriptor.h"
#include "murmur/files/dtype.h"

namespace murmur::files {

struct ArrayInfo {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<std::int64_t> shape;
  std::size_t bytes = 0;
};

// Thread-safe.
class ArrayFile {
 public:
  ArrayFile() = default;
  ArrayFile(const ArrayFile&) = delete;
  ArrayFile& operator=(const ArrayFile&) = delete;
  virtual ~ArrayFile() = default;

  virtual std::vector<std::string> names() const = 0;

  // What is known of an array before it is read: its bytes are in the file, so memory for them may
  // be allocated. kDamaged: there is no such array, its header is damaged or lies about its size,
  // or it is of a kind that is not read; kIo.
  virtual Result<ArrayInfo> find(const std::string& name) const = 0;

  // Reads the whole array: little-endian, the last index changes fastest. kDamaged, kIo. REQUIRES:
  // `info` is from find(); out has info.bytes bytes.
  virtual Status read(const ArrayInfo& info, std::span<std::byte> out) const = 0;
};

// The endings of the files that can be opened.
const std::vector<std::string>& array_file_endings();

// kInvalid: the file's name ends otherwise. kMissing, kIo, kDamaged.
Result<std::unique_ptr<ArrayFile>> open_array_file(const std::filesystem::path& path);

// The same of a file that is open already. `name`: its ending counts, and it is used in messages.
Result<std::unique_ptr<ArrayFile>> open_array_file(Descriptor file,
                                                   const std::filesystem::path& name);

// Bytes of an array; none if they exceed 63 bits.
std::optional<std::uint64_t> array_bytes(Dtype dtype, std::span<const std::int64_t> shape);

}  // namespace murmur::files
