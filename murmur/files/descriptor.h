// SPDX-License-Identifier: Apache-2.0
// An owned POSIX file descriptor, and system errors as failures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "murmur/core/error.h"

namespace murmur::files {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  // 0, or errno. Some file systems report a failed write only here.
  int close();

 private:
  int number_ = -1;
};

// "cannot ACTION PATH: reason". kMissing if a file or folder does not exist, otherwise kIo.
Failure system_failure(const std::string& action, const std::filesystem::path& path, int error);

// Opens for reading. kMissing, kIo.
Result<Descriptor> open_to_read(const std::filesystem::path& path);
// A file without a name that holds these bytes in memory. kIo.
Result<Descriptor> file_in_memory(std::span<const std::byte> bytes);
// Writes all bytes. 0, or errno.
int write_all(const Descriptor& file, std::span<const std::byte> bytes);
// Fills `bytes` from `offset`; returns the number of bytes read (fewer only at the end of the
// file), or kIo.
Result<std::size_t> read_at(const Descriptor& file,
                            const std::filesystem::path& path,
                            std::uint64_t offset,
                            std::span<std::byte> bytes);

// Makes renames and new names in a folder durable: they survive a power failure.
Status sync_folder(const std::filesystem::path& folder);

}  // namespace murmur::files
