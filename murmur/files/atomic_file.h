// SPDX-License-Identifier: Apache-2.0
// Files that are there as a whole or not at all: written to a temporary name in the same folder,
// synced, renamed over the old one, folder synced. Until commit() the old file stays as it was.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/files/descriptor.h"

namespace murmur::files {

class AtomicFile {
 public:
  // Failures name the file and the system's reason: kMissing (no such folder), kIo. What is neither
  // a file nor a folder (a pipe, a terminal) cannot be replaced and is written as it is.
  static Result<AtomicFile> create(const std::filesystem::path& path);
  AtomicFile(AtomicFile&& other) noexcept = default;
  AtomicFile& operator=(AtomicFile&& other) = delete;
  // Without commit() nothing is left behind.
  ~AtomicFile();

  // After a failure the file cannot be committed.
  Status write(std::span<const std::byte> bytes);
  Status write(std::string_view text);
  // ENSURES: the new file is in place and on the disk, or the old one is untouched.
  Status commit();

 private:
  AtomicFile(std::filesystem::path path, std::filesystem::path temporary, Descriptor file);
  Status flush();
  Failure failed(int error);

  std::filesystem::path path_;
  std::filesystem::path temporary_;  // empty: written in place
  Descriptor file_;                  // closed after a failure
  std::vector<std::byte> buffer_;
};

// The whole file at once.
Status write_file(const std::filesystem::path& path, std::string_view text);
// kMissing, kIo; kDamaged: it is longer than `most_bytes`.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t most_bytes);

}  // namespace murmur::files
