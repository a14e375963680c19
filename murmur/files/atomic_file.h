// SPDX-License-Identifier: Apache-2.0
// Files that are written atomically: to a temporary name in the same folder, which is synced,
// renamed over the old file, and then the folder is synced. Until commit() the old file is
// unchanged.
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
  // Failures name the file and the system's reason: kMissing (no such folder), kIo. A path that is
  // neither a file nor a folder (a pipe, a terminal) cannot be replaced and is written in place.
  static Result<AtomicFile> create(const std::filesystem::path& path);
  AtomicFile(AtomicFile&& other) noexcept = default;
  AtomicFile& operator=(AtomicFile&& other) = delete;
  // Without commit(), removes the temporary file.
  ~AtomicFile();

  // After a failure the file cannot be committed.
  Status write(std::span<const std::byte> bytes);
  Status write(std::string_view text);
  // ENSURES: on success, the new file is in place and on disk. On failure, the old file is
  // unchanged, unless the only failure is that of syncing the folder after the rename.
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

// Writes a whole file atomically.
Status write_file(const std::filesystem::path& path, std::string_view text);
// Reads a whole file. kMissing, kIo; kDamaged: the file is longer than `most_bytes`.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t most_bytes);

}  // namespace murmur::files
