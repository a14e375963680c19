// SPDX-License-Identifier: Apache-2.0
// Memory shared by the processes of one host. It has no name in any file system and is freed with
// its last mapping, so nothing is left behind however the processes end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "murmur/core/error.h"

namespace murmur::comm {

// Identifies such memory to other processes, for as long as its creator is running.
struct SharedAddress {
  std::int64_t process = 0;  // process ID of the creator
  std::int32_t file = 0;     // file descriptor in the creator
  std::uint64_t bytes = 0;
};

class SharedMemory {
 public:
  SharedMemory() = default;  // empty
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  ~SharedMemory();

  // Zero-initialized; pages are allocated on first touch. kIo: the system refused.
  static Result<SharedMemory> make(std::size_t bytes);
  // Maps memory that this or another process has made; all processes see each other's writes. kIo:
  // the creator has ended, is on another host, or belongs to another user.
  static Result<SharedMemory> open(const SharedAddress& address);

  std::span<std::byte> bytes() const { return bytes_; }
  // REQUIRES: the memory was created by make() in this process.
  SharedAddress address() const;

 private:
  SharedMemory(std::span<std::byte> bytes, int file) : bytes_(bytes), file_(file) {}

  std::span<std::byte> bytes_;
  int file_ = -1;  // in the creator; -1 where the memory was opened
};

// Processes with equal identities can open each other's memory. Network namespaces on one machine
// count as separate hosts. Empty: the system does not provide it, and memory cannot be shared.
std::string host_identity();

}  // namespace murmur::comm
