// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/tcp/tcp_transport.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "murmur/comm/tcp.h"
#include "murmur/comm/tcp/rendezvous.h"
#include "murmur/core/check.h"

namespace murmur::comm {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kMessage = 1;
constexpr std::uint32_t kNotice = 2;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40U;
constexpr milliseconds kDrainLimit{500};

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

TcpTransport::TcpTransport(int process, std::vector<Socket> sockets)
    : process_(process),
      waker_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      mailbox_(static_cast<int>(sockets.size())) {
  for (Socket& socket : sockets) {
    auto peer = std::make_unique<Peer>();
    if (socket.is_open()) {
      fcntl(socket.descriptor(), F_SETFL, fcntl(socket.descriptor(), F_GETFL) | O_NONBLOCK);
    }
    peer->has_left = !socket.is_open();
    peer->socket = std::move(socket);
    peers_.push_back(std::move(peer));
  }
  thread_ = std::thread([this] { run(); });
}

TcpTransport::~TcpTransport() {
  notices_.set_handler({});
  wait_briefly([](Peer& each) {
    const Lock lock(each.mutex);
    return each.is_broken || each.queue.empty();
  });
  for (const auto& each : peers_) {
    if (each->socket.is_open()) {
      shutdown(each->socket.descriptor(), SHUT_WR);
    }
  }
  // A connection that is closed while something comes would lose what it has sent.
  wait_briefly([](const Peer& each) { return each.has_left.load(); });
  is_closing_ = true;
  wake();
  thread_.join();
}

template <class Holds>
void TcpTransport::wait_briefly(const Holds& holds) {
  const auto limit = Clock::now() + kDrainLimit;
  const auto holds_for_all = [&] {
    return std::all_of(peers_.begin(), peers_.end(), [&](const auto& each) {
      return !each->socket.is_open() || holds(*each);
    });
  };
  while (!holds_for_all() && Clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(1));
  }
}

void TcpTransport::wake() {
  const std::uint64_t one = 1;
  static_cast<void>(!write(waker_.descriptor(), &one, sizeof(one)));
}

bool TcpTransport::post(int to, const Frame& frame, std::span<const std::byte> content) {
  Peer& receiver = peer(to);
  {
    const Lock lock(receiver.mutex);
    if (receiver.is_broken) {
      return false;
    }
    std::size_t done = 0;
    if (receiver.queue.empty()) {
      std::array<iovec, 2> parts{iovec{const_cast<Frame*>(&frame), sizeof(frame)},
                                 iovec{const_cast<std::byte*>(content.data()), content.size()}};
      msghdr header{};
      header.msg_iov = parts.data();
      header.msg_iovlen = content.empty() ? 1 : 2;
      const ssize_t written = sendmsg(receiver.socket.descriptor(), &header, MSG_NOSIGNAL);
      if (written < 0 && !would_block()) {
        receiver.is_broken = true;
        return false;
      }
      done = written < 0 ? 0 : static_cast<std::size_t>(written);
    }
    const std::size_t whole = sizeof(frame) + content.size();
    if (done == whole) {
      return true;
    }
    Message rest(whole - done);
    const std::size_t of_frame = done < sizeof(frame) ? sizeof(frame) - done : 0;
    std::memcpy(rest.data(),
                reinterpret_cast<const std::byte*>(&frame) + (sizeof(frame) - of_frame),
                of_frame);
    const std::size_t from = done < sizeof(frame) ? 0 : done - sizeof(frame);
    std::copy(content.begin() + static_cast<std::ptrdiff_t>(from),
              content.end(),
              rest.begin() + static_cast<std::ptrdiff_t>(of_frame));
    receiver.queue.push_back(std::move(rest));
  }
  wake();
  return true;
}

Ticket TcpTransport::send(int to, Tag tag, std::span<const std::byte> bytes, Memory /*copied*/) {
  MURMUR_CHECK(to != process_ && to >= 0 && to < processes(), "to process {}", to);
  bytes_sent_ += static_cast<std::int64_t>(bytes.size());
  const bool posted =
      post(to, {.kind = kMessage, .tag = tag, .number = 0, .bytes = bytes.size()}, bytes);
  return mailbox_.add_send(to, tag, posted);
}

Ticket TcpTransport::receive(int from, Tag tag, std::span<std::byte> bytes, Memory memory) {
  MURMUR_CHECK(from != process_ && from >= 0 && from < processes(), "from process {}", from);
  return mailbox_.post(from, tag, bytes, std::move(memory));
}

void TcpTransport::send_control(int to, const Notice& notice) {
  const std::string text = notice.text.substr(0, kNoticeText);
  const Frame frame{
      .kind = kNotice, .tag = notice.kind, .number = notice.number, .bytes = text.size()};
  post(to, frame, std::as_bytes(std::span(text)));
}

// Where it fails, every wait fails.
void TcpTransport::run() {
  try {
    while (!is_closing_) {
      poll_all();
    }
  } catch (const std::exception& error) {
    mailbox_.fail({FailureKind::kInvalid, error.what()});
  }
}

void TcpTransport::poll_all() {
  std::vector<pollfd> asked{{.fd = waker_.descriptor(), .events = POLLIN, .revents = 0}};
  for (const auto& each : peers_) {
    short events = POLLIN;
    {
      const Lock lock(each->mutex);
      events =
          static_cast<short>(each->queue.empty() || each->is_broken ? POLLIN : POLLIN | POLLOUT);
    }
    asked.push_back(
        {.fd = each->has_left ? -1 : each->socket.descriptor(), .events = events, .revents = 0});
  }
  if (poll(asked.data(), asked.size(), -1) <= 0) {
    return;
  }
  if (asked[0].revents != 0) {
    std::uint64_t count = 0;
    static_cast<void>(!read(waker_.descriptor(), &count, sizeof(count)));
  }
  for (std::size_t p = 0; p < peers_.size(); ++p) {
    const int events = asked[p + 1].revents;
    if ((events & POLLOUT) != 0) {
      write_queue(*peers_[p]);
    }
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) {
      read_all(static_cast<int>(p));
    }
  }
}

void TcpTransport::write_queue(Peer& to) {
  const Lock lock(to.mutex);
  while (!to.queue.empty() && !to.is_broken) {
    const Message& first = to.queue.front();
    const ssize_t written = ::send(
        to.socket.descriptor(), first.data() + to.written, first.size() - to.written, MSG_NOSIGNAL);
    if (written < 0) {
      to.is_broken = !would_block();
      return;
    }
    to.written += static_cast<std::size_t>(written);
    if (to.written == first.size()) {
      to.queue.pop_front();
      to.written = 0;
    }
  }
}

void TcpTransport::read_all(int process) {
  while (!peer(process).has_left && read_piece(process)) {
  }
}

bool TcpTransport::read_piece(int process) {
  Peer& from = peer(process);
  const bool in_frame = from.frame_bytes < sizeof(Frame);
  std::byte* const into = in_frame ? reinterpret_cast<std::byte*>(&from.frame) + from.frame_bytes
                                   : from.content.data() + from.content_bytes;
  const std::size_t wanted =
      in_frame ? sizeof(Frame) - from.frame_bytes : from.content.size() - from.content_bytes;
  const ssize_t got = wanted == 0 ? 0 : recv(from.socket.descriptor(), into, wanted, 0);
  if (got < 0 && would_block()) {
    return false;
  }
  if (got < 0 || (got == 0 && wanted > 0)) {
    leave(process);
    return false;
  }
  (in_frame ? from.frame_bytes : from.content_bytes) += static_cast<std::size_t>(got);
  if (in_frame && from.frame_bytes == sizeof(Frame)) {
    const Frame& frame = from.frame;
    const bool is_known = frame.kind == kMessage || frame.kind == kNotice;
    if (!is_known || frame.bytes > kMostBytes) {
      mailbox_.fail({FailureKind::kPeer,
                     fmt::format("what process {} sends is no message of murmur", process)});
      leave(process);
      return false;
    }
    from.content.resize(frame.bytes);
    from.content_bytes = 0;
  }
  if (from.frame_bytes == sizeof(Frame) && from.content_bytes == from.content.size()) {
    dispatch(process);
    from.frame_bytes = 0;
  }
  return true;
}

void TcpTransport::dispatch(int process) {
  const Peer& from = peer(process);
  if (from.frame.kind == kMessage) {
    mailbox_.deliver(process, process_, from.frame.tag, from.content);
    return;
  }
  const auto* text = reinterpret_cast<const char*>(from.content.data());
  notices_.put(process,
               {.kind = from.frame.tag,
                .number = from.frame.number,
                .text = std::string(text, from.content.size())});
}

void TcpTransport::leave(int process) {
  Peer& gone = peer(process);
  {
    const Lock lock(gone.mutex);
    gone.is_broken = true;
    gone.queue.clear();
  }
  gone.has_left = true;
  mailbox_.note_departure(process);
}

Result<std::unique_ptr<Transport>> open_tcp(const TcpPlace& place, milliseconds limit) {
  auto sockets = meet_over_tcp(place, Clock::now() + limit);
  if (!sockets) {
    return sockets.failure();
  }
  return std::unique_ptr<Transport>(
      std::make_unique<TcpTransport>(place.process, std::move(sockets).value()));
}

}  // namespace murmur::comm
