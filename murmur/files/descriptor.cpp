// SPDX-License-Identifier: Apache-2.0
#include "murmur/files/descriptor.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace murmur::files {

int Descriptor::close() {
  if (number_ < 0) {
    return 0;
  }
  return ::close(std::exchange(number_, -1)) == 0 ? 0 : errno;
}

Failure system_failure(const std::string& action, const std::filesystem::path& path, int error) {
  const bool missing = error == ENOENT || error == ENOTDIR;
  return {missing ? FailureKind::kMissing : FailureKind::kIo,
          fmt::format("cannot {} {}: {}",
                      action,
                      path.string(),
                      std::error_code(error, std::generic_category()).message())};
}

Result<Descriptor> open_to_read(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    return system_failure("read", path, errno);
  }
  return file;
}

Result<Descriptor> file_in_memory(std::span<const std::byte> bytes) {
  Descriptor file(::memfd_create("murmur", MFD_CLOEXEC));
  const int error = file.is_open() ? write_all(file, bytes) : errno;
  if (error != 0) {
    return system_failure("write", "a file in memory", error);
  }
  return file;
}

int write_all(const Descriptor& file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return errno;
    }
    if (written > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  return 0;
}

Result<std::size_t> read_at(const Descriptor& file,
                            const std::filesystem::path& path,
                            std::uint64_t offset,
                            std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::pread(
        file.number(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (count == 0) {
      break;
    }
    if (count < 0 && errno != EINTR) {
      return system_failure("read", path, errno);
    }
    done += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return done;
}

Status sync_folder(const std::filesystem::path& folder) {
  const std::filesystem::path name = folder.empty() ? std::filesystem::path(".") : folder;
  const Descriptor file(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open()) {
    return system_failure("open folder", name, errno);
  }
  // Some network file systems report that they cannot sync a folder; this is not an error.
  if (::fsync(file.number()) != 0 && errno != EINVAL && errno != ENOTSUP) {
    return system_failure("write folder", name, errno);
  }
  return Ok{};
}

}  // namespace murmur::files
