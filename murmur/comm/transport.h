// SPDX-License-Identifier: Apache-2.0
// How bytes travel between the processes of a run. Messages with one tag between two processes
// arrive in the order in which they were sent. Only wait() blocks, and it has a time limit.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include "murmur/comm/shared_views.h"
#include "murmur/comm/ticket.h"
#include "murmur/core/error.h"

namespace murmur::comm {

// Owner of the bytes of a message. A transport keeps it for as long as the transport, or a library
// below it, may access the bytes, even after a failure or an abandoned wait.
using Memory = std::shared_ptr<const void>;

// An out-of-band control message: it may overtake other messages and needs no posted receive.
struct Notice {
  int kind = 0;  // 0 or more; its meaning is defined by the handler
  std::int64_t number = 0;
  std::string text = {};  // truncated to kNoticeText bytes
};
inline constexpr std::size_t kNoticeText = 1000;  // bytes
using NoticeHandler = std::function<void(int from, const Notice& notice)>;

// Threads: every member may be called from any thread.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  virtual int process() const = 0;
  virtual int processes() const = 0;
  // Tags are 0 to this one; equal on all processes.
  virtual Tag largest_tag() const { return std::numeric_limits<Tag>::max(); }

  // Starts a send. REQUIRES: to != process(); `bytes` stays unchanged until the ticket is waited
  // for; where `memory` does not own `bytes`, they stay allocated until then or, if that wait
  // fails, until the process ends.
  virtual Ticket send(int to, Tag tag, std::span<const std::byte> bytes, Memory memory) = 0;
  // Starts a receive. REQUIRES: from != process(); `bytes` is as long as the message, is accessed
  // by no other thread until the ticket is waited for, and stays allocated as in send(). A message
  // that has not started to arrive when its wait fails is not written to `bytes`.
  virtual Ticket receive(int from, Tag tag, std::span<std::byte> bytes, Memory memory) = 0;
  // Returns when the ticket's message has been sent or has arrived. kPeer: it was not in time; the
  // message names the process. REQUIRES: the ticket was not waited for before.
  virtual Status wait(Ticket ticket) = 0;
  // The same for bytes that outlive the transport.
  Ticket send(int to, Tag tag, std::span<const std::byte> bytes) {
    return send(to, tag, bytes, nullptr);
  }
  Ticket receive(int from, Tag tag, std::span<std::byte> bytes) {
    return receive(from, tag, bytes, nullptr);
  }
  // Whether wait() would return at once. REQUIRES: as wait().
  virtual bool is_done(Ticket ticket) = 0;
  // Time limit of each wait that starts from now on.
  virtual void set_wait_limit(std::chrono::milliseconds limit) = 0;
  // Payload of all messages sent so far.
  virtual std::int64_t bytes_sent() const = 0;
  // Null: this process shares memory with no other.
  virtual SharedViews* shared_views() { return nullptr; }

  // Sends a notice without blocking; it is lost where `to` is gone.
  virtual void send_control(int to, const Notice& notice) = 0;
  // Sets the handler of received notices. It is called for one notice at a time, on a thread of the
  // transport or on a thread inside wait(). Empty: no handler; notices are kept for the next one.
  virtual void on_notice(NoticeHandler handler) = 0;
  // Ends every current and future wait with this failure; only the first call has an effect.
  virtual void fail(const Failure& failure) = 0;
};

}  // namespace murmur::comm
