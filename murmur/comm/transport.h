// SPDX-License-Identifier: Apache-2.0
// How bytes travel between the processes of a run. Messages between two processes with one tag
// arrive in the order they were sent. Nothing blocks but wait(), and wait() has a limit.
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

// What keeps the bytes of a message. A transport holds it for as long as it, or a library below it,
// may look at them, whatever has failed and whoever has given up.
using Memory = std::shared_ptr<const void>;

// A word aside: it overtakes messages, nobody has to be ready for it.
struct Notice {
  int kind = 0;  // the listener's business, 0 or more
  std::int64_t number = 0;
  std::string text = {};  // what is longer than kNoticeText is cut off
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
  // Tags are 0 to this one, on all processes.
  virtual Tag largest_tag() const { return std::numeric_limits<Tag>::max(); }

  // REQUIRES: to != process(); `bytes` stays unchanged until the ticket is waited for; where
  // `memory` does not keep it, it is there until then, or, if that wait fails, until the process
  // ends.
  virtual Ticket send(int to, Tag tag, std::span<const std::byte> bytes, Memory memory) = 0;
  // REQUIRES: from != process(); `bytes` is as long as what was sent, is ours alone until then, and
  // is there as above. What has not begun to come when its wait fails is not written there.
  virtual Ticket receive(int from, Tag tag, std::span<std::byte> bytes, Memory memory) = 0;
  // Returns when the ticket's message has left or arrived; kPeer: nothing came in time, and from
  // whom. REQUIRES: the ticket was not waited for before.
  virtual Status wait(Ticket ticket) = 0;
  // Of bytes that outlive the transport.
  Ticket send(int to, Tag tag, std::span<const std::byte> bytes) {
    return send(to, tag, bytes, nullptr);
  }
  Ticket receive(int from, Tag tag, std::span<std::byte> bytes) {
    return receive(from, tag, bytes, nullptr);
  }
  // Whether wait() would return at once. REQUIRES: as wait().
  virtual bool is_done(Ticket ticket) = 0;
  // How long a wait lasts at most, from the next one on.
  virtual void set_wait_limit(std::chrono::milliseconds limit) = 0;
  // Of all messages so far, in bytes.
  virtual std::int64_t bytes_sent() const = 0;
  // Null: there is nobody to lend to.
  virtual SharedViews* shared_views() { return nullptr; }

  // Does not wait for anything; lost where `to` is gone.
  virtual void send_control(int to, const Notice& notice) = 0;
  // Who hears what others tell: called on a thread of the transport's or on one that waits, one
  // notice after the other. Empty: nobody, and notices until then are kept.
  virtual void on_notice(NoticeHandler handler) = 0;
  // Ends every wait, those under way and those to come, with this failure; the first one counts.
  virtual void fail(const Failure& failure) = 0;
};

}  // namespace murmur::comm
