// SPDX-License-Identifier: Apache-2.0
// Reads members of a zip archive (PKWARE's APPNOTE 6.3), stored or deflated, also of more than
// 4 GB (zip64). Not read: encrypted members, archives in several parts.
//
//   member:      local header (PK 3 4) | name | extra | data
//   directory:   per member (PK 1 2): method, CRC-32, sizes, offset of the local header | name |
//   ... [zip64 end   (PK 6 6) | locator (PK 6 7)] end          (PK 5 6): number of members, size
//   and offset of the directory | comment
//
// No value in a file is trusted before it is checked against the size of the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/files/descriptor.h"

namespace murmur::files {

struct ZipMember {
  std::string name;
  bool deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;         // unpacked, as the directory says
  std::uint64_t local_header = 0;  // offset in the file
};

// The bytes of one member from the first to the last. The reader outlives it.
class ZipStream {
 public:
  ZipStream(ZipStream&&) noexcept;
  ZipStream& operator=(ZipStream&&) noexcept;
  ~ZipStream();

  // The next bytes. kDamaged: there are fewer, or the data are damaged. With the last byte of the
  // member its length and its checksum are verified. kIo.
  Status read(std::span<std::byte> out);

 private:
  friend class ZipReader;
  struct State;
  explicit ZipStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Thread-safe.
class ZipReader {
 public:
  // kMissing, kIo, kDamaged.
  static Result<ZipReader> open(const std::filesystem::path& path);
  // An archive that is open already. `name`: for messages.
  static Result<ZipReader> open(Descriptor file, const std::filesystem::path& name);

  const std::vector<ZipMember>& members() const { return members_; }
  const ZipMember* find(std::string_view name) const;  // null if there is none
  const std::filesystem::path& path() const { return path_; }

  // kDamaged: its data cannot be where the directory says; kIo.
  Result<ZipStream> stream(const ZipMember& member) const;

 private:
  ZipReader(std::filesystem::path path, Descriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}
  Status read_directory();

  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t directory_ = 0;  // offset: all data are in front of it
  std::vector<ZipMember> members_;
};

}  // namespace murmur::files
