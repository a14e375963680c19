// SPDX-License-Identifier: Apache-2.0
// An open file of the system, closed at the end of its life, and the system's reasons as failures.
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
  // 0, or the system's error number. Some file systems say only now that a write failed.
  int close();

 private:
  int number_ = -1;
};

// "cannot ACTION PATH: the system's reason". kMissing where a file or folder is not there, else
// kIo.
Failure system_failure(const std::string& action, const std::filesystem::path& path, int error);

// Opens for reading. kMissing, kIo.
Result<Descriptor> open_to_read(const std::filesystem::path& path);
// Writes all of it. 0, or the system's error number.
int write_all(const Descriptor& file, std::span<const std::byte> bytes);
// Reads up to `bytes` from `offset`; how many there were (fewer only at the end), or kIo.
Result<std::size_t> read_at(const Descriptor& file,
                            const std::filesystem::path& path,
                            std::uint64_t offset,
                            std::span<std::byte> bytes);

// Makes renames and new names in a folder survive a power failure.
Status sync_folder(const std::filesystem::path& folder);

}  // namespace murmur::files
