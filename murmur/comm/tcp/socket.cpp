// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/tcp/socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace murmur::comm {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

constexpr milliseconds kRetry{50};

std::string words_of_errno() {
  return std::generic_category().message(errno);
}

Failure failure(const std::string& what) {
  return {FailureKind::kPeer, fmt::format("{}: {}", what, words_of_errno())};
}

Result<Addresses> look_up(const std::string& address, int port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    return Failure{FailureKind::kPeer,
                   fmt::format("the address '{}' is not known: {}", address, gai_strerror(error))};
  }
  return Addresses(found, &freeaddrinfo);
}

Socket open_socket(const addrinfo& at) {
  Socket socket(::socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC, at.ai_protocol));
  const int yes = 1;
  setsockopt(socket.descriptor(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  return socket;
}

// Whether the event happened before the deadline.
bool wait_for(const Socket& socket, short events, Deadline deadline) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    pollfd asked{.fd = socket.descriptor(), .events = events, .revents = 0};
    const int ready = poll(&asked, 1, static_cast<int>(std::clamp<long>(left, 0, 1'000'000)));
    if (ready > 0) {
      return true;
    }
    if (ready == 0 && left <= 0) {
      return false;
    }
  }
}

template <class Transfer>
Status transfer_all(const Socket& socket,
                    short events,
                    std::size_t bytes,
                    Deadline deadline,
                    const Transfer& transfer) {
  for (std::size_t done = 0; done < bytes;) {
    if (!wait_for(socket, events, deadline)) {
      return Failure{FailureKind::kPeer, "it did not answer in time"};
    }
    const ssize_t count = transfer(done);
    if (count == 0) {
      return Failure{FailureKind::kPeer, "it ended the connection"};
    }
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EINTR && errno != EAGAIN) {
      return Failure{FailureKind::kPeer, words_of_errno()};
    }
  }
  return Ok{};
}

std::string text_of(const sockaddr_storage& address, socklen_t length) {
  std::array<char, NI_MAXHOST> text{};
  getnameinfo(reinterpret_cast<const sockaddr*>(&address),
              length,
              text.data(),
              text.size(),
              nullptr,
              0,
              NI_NUMERICHOST);
  return text.data();
}

}  // namespace

Socket::~Socket() {
  if (is_open()) {
    close(descriptor_);
  }
}

Result<Socket> listen_at(const std::string& address, int port) {
  const auto found = look_up(address, port);
  if (!found) {
    return found.failure();
  }
  Socket socket = open_socket(*found.value());
  if (!socket.is_open() ||
      bind(socket.descriptor(), found.value()->ai_addr, found.value()->ai_addrlen) != 0 ||
      listen(socket.descriptor(), SOMAXCONN) != 0) {
    return failure(fmt::format("listening at {}:{}", address, port));
  }
  return socket;
}

Result<Socket> accept_from(const Socket& listener, Deadline deadline) {
  while (wait_for(listener, POLLIN, deadline)) {
    Socket socket(accept4(listener.descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket.is_open()) {
      const int yes = 1;
      setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
      return socket;
    }
    if (errno != EINTR && errno != ECONNABORTED && errno != EAGAIN) {
      return failure("accepting a connection");
    }
  }
  return Socket();
}

Result<Socket> connect_to(const std::string& address, int port, Deadline deadline) {
  const auto found = look_up(address, port);
  if (!found) {
    return found.failure();
  }
  while (true) {
    for (const addrinfo* at = found.value().get(); at != nullptr; at = at->ai_next) {
      Socket socket = open_socket(*at);
      if (socket.is_open() && connect(socket.descriptor(), at->ai_addr, at->ai_addrlen) == 0) {
        return socket;
      }
    }
    if (Clock::now() + kRetry > deadline) {
      return failure(fmt::format("connecting to {}:{}", address, port));
    }
    std::this_thread::sleep_for(kRetry);
  }
}

int port_of(const Socket& socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  getsockname(socket.descriptor(), reinterpret_cast<sockaddr*>(&address), &length);
  return address.ss_family == AF_INET6
             ? ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port)
             : ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

std::string address_of(const Socket& socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  getsockname(socket.descriptor(), reinterpret_cast<sockaddr*>(&address), &length);
  return text_of(address, length);
}

std::string peer_address_of(const Socket& socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  getpeername(socket.descriptor(), reinterpret_cast<sockaddr*>(&address), &length);
  return text_of(address, length);
}

Status send_text(const Socket& socket, const std::string& text, Deadline deadline) {
  const auto length = static_cast<std::uint32_t>(text.size());
  std::string bytes(sizeof(length), '\0');
  std::memcpy(bytes.data(), &length, sizeof(length));
  bytes += text;
  return transfer_all(socket, POLLOUT, bytes.size(), deadline, [&](std::size_t done) {
    return ::send(socket.descriptor(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
  });
}

Result<std::string> receive_text(const Socket& socket, std::size_t most, Deadline deadline) {
  std::uint32_t length = 0;
  const auto receive = [&](char* into, std::size_t bytes) {
    return transfer_all(socket, POLLIN, bytes, deadline, [&](std::size_t done) {
      return recv(socket.descriptor(), into + done, bytes - done, 0);
    });
  };
  if (const Status got = receive(reinterpret_cast<char*>(&length), sizeof(length)); !got) {
    return got.failure();
  }
  if (length > most) {
    return Failure{FailureKind::kPeer, "what it sends is no word of murmur"};
  }
  std::string text(length, '\0');
  if (const Status got = receive(text.data(), text.size()); !got) {
    return got.failure();
  }
  return text;
}

}  // namespace murmur::comm
