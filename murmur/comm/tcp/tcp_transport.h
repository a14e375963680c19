// SPDX-License-Identifier: Apache-2.0
// Messages over one connection of TCP per pair of processes. A send writes what the connection
// takes at once and queues a copy of the rest, so it never waits for its receiver; a thread of the
// transport writes queues and reads what comes into the mailbox.
//
//   frame     kind u32 | tag i32 | number i64 | bytes u64 | content
//   message   kind 1: its tag, its bytes
//   notice    kind 2: tag is its kind; its number, its text
//
// A connection that ends is a process that has left: what it sent before can still be received.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "murmur/comm/in_process/mailbox.h"
#include "murmur/comm/tcp/socket.h"
#include "murmur/comm/transport.h"
#include "murmur/core/mutex.h"

namespace murmur::comm {

class TcpTransport final : public Transport {
 public:
  // `sockets`: of meet_over_tcp().
  TcpTransport(int process, std::vector<Socket> sockets);
  TcpTransport(const TcpTransport&) = delete;
  TcpTransport& operator=(const TcpTransport&) = delete;
  // What is queued gets half a second to be written, and the others as long to end as well.
  ~TcpTransport() override;

  int process() const override { return process_; }
  int processes() const override { return static_cast<int>(peers_.size()); }
  Ticket send(int to, Tag tag, std::span<const std::byte> bytes, Memory memory) override;
  Ticket receive(int from, Tag tag, std::span<std::byte> bytes, Memory memory) override;
  Status wait(Ticket ticket) override {
    return mailbox_.wait(ticket, process_, std::chrono::milliseconds(limit_ms_));
  }
  bool is_done(Ticket ticket) override { return mailbox_.is_done(ticket); }
  void set_wait_limit(std::chrono::milliseconds limit) override { limit_ms_ = limit.count(); }
  std::int64_t bytes_sent() const override { return bytes_sent_; }
  void send_control(int to, const Notice& notice) override;
  void on_notice(NoticeHandler handler) override { notices_.set_handler(std::move(handler)); }
  void fail(const Failure& failure) override { mailbox_.fail(failure); }

 private:
  struct Frame {
    std::uint32_t kind = 0;
    std::int32_t tag = 0;
    std::int64_t number = 0;
    std::uint64_t bytes = 0;
  };
  struct Peer {
    Socket socket;

    Mutex mutex;
    std::deque<Message> queue MURMUR_GUARDED_BY(mutex);
    std::size_t written MURMUR_GUARDED_BY(mutex) = 0;  // of the first of them
    bool is_broken MURMUR_GUARDED_BY(mutex) = false;

    // Of the transport's thread.
    Frame frame;
    std::size_t frame_bytes = 0;  // read so far
    Message content;
    std::size_t content_bytes = 0;
    std::atomic<bool> has_left = false;
  };

  Peer& peer(int process) { return *peers_[static_cast<std::size_t>(process)]; }
  // False: the connection has ended.
  bool post(int to, const Frame& frame, std::span<const std::byte> content);
  void run();
  void poll_all();
  void write_queue(Peer& to);
  void read_all(int process);
  // Whether the next piece was read.
  bool read_piece(int process);
  void dispatch(int process);
  void leave(int process);
  void wake();
  // Until all hold, for half a second.
  template <class Holds>
  void wait_briefly(const Holds& holds);

  const int process_;
  std::vector<std::unique_ptr<Peer>> peers_;  // the own one is without a socket
  Socket waker_;                              // an eventfd
  Mailbox mailbox_;
  NoticeQueue notices_;
  std::atomic<std::int64_t> limit_ms_ = 60'000;
  std::atomic<std::int64_t> bytes_sent_ = 0;
  std::atomic<bool> is_closing_ = false;
  std::thread thread_;
};

}  // namespace murmur::comm
