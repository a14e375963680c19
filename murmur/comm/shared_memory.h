// SPDX-License-Identifier: Apache-2.0
// Memory that the processes of one host see. It has no name in any file system: it lives as long as
// somebody maps it, so nothing is left over however processes end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "murmur/core/error.h"

namespace murmur::comm {

// Where another process finds such memory while its maker lives.
struct SharedAddress {
  std::int64_t process = 0;  // the maker's number in the system
  std::int32_t file = 0;     // the maker's descriptor
  std::uint64_t bytes = 0;
};

class SharedMemory {
 public:
  SharedMemory() = default;  // none
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  ~SharedMemory();

  // Zeroes, on pages that cost nothing before they are touched. kIo: the system refused.
  static Result<SharedMemory> make(std::size_t bytes);
  // What another process, or this one, has made; what any of them writes all of them see. kIo: its
  // maker is gone, is on another host, or is another user's.
  static Result<SharedMemory> open(const SharedAddress& address);

  std::span<std::byte> bytes() const { return bytes_; }
  // REQUIRES: made here.
  SharedAddress address() const;

 private:
  SharedMemory(std::span<std::byte> bytes, int file) : bytes_(bytes), file_(file) {}

  std::span<std::byte> bytes_;
  int file_ = -1;  // the maker's
};

// Processes for which this is equal can open each other's memory. Hosts that are made of network
// namespaces on one machine count as hosts. Empty: the system does not tell, so nobody can.
std::string host_identity();

}  // namespace murmur::comm
