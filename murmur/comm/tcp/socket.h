// SPDX-License-Identifier: Apache-2.0
// Sockets of TCP. Until a world has met they block with a deadline, and carry texts:
//
//   length   u32, of this machine's byte order
//   text
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "murmur/core/error.h"

namespace murmur::comm {

using Deadline = std::chrono::steady_clock::time_point;

// Owns a descriptor.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket();

  int descriptor() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

// Listens; port 0: one that is free. kPeer: the port is in use, or the address is not of this host.
Result<Socket> listen_at(const std::string& address, int port);
// The next connection, or a closed socket when the deadline has passed.
Result<Socket> accept_from(const Socket& listener, Deadline deadline);
// Tries until a process listens there.
Result<Socket> connect_to(const std::string& address, int port, Deadline deadline);

int port_of(const Socket& socket);                  // its own
std::string address_of(const Socket& socket);       // its own
std::string peer_address_of(const Socket& socket);  // of the other end

// kPeer: the other end is gone, or the deadline has passed; or what comes is no text of at most
// `most` bytes.
Status send_text(const Socket& socket, const std::string& text, Deadline deadline);
Result<std::string> receive_text(const Socket& socket, std::size_t most, Deadline deadline);

}  // namespace murmur::comm
