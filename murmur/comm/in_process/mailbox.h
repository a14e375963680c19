// SPDX-License-Identifier: Apache-2.0
// Received messages and notices of one process of an InProcessFabric.
//
//   INVARIANT: a channel (sender, tag) never holds unmatched messages and posted receives together.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "murmur/comm/transport.h"
#include "murmur/core/mutex.h"

namespace murmur::comm {

using Message = std::vector<std::byte>;

// A send or receive that the process has started and not yet waited for.
struct Pending {
  bool is_send = false;
  bool done = false;
  int peer = 0;
  Tag tag = 0;
  std::span<std::byte> into;
  Memory memory = {};  // owner of `into`
};

// Messages from one sender with one tag.
struct Channel {
  std::deque<Message> messages;
  std::deque<std::uint64_t> posted;  // tickets of receives
};

class Mailbox {
 public:
  explicit Mailbox(int processes) : gone_(static_cast<std::size_t>(processes), false) {}

  // Called by the sender. False: the sender or the receiver has left.
  bool deliver(int from, int owner, Tag tag, std::span<const std::byte> bytes);
  Ticket add_send(int to, Tag tag, bool delivered);
  Ticket post(int from, Tag tag, std::span<std::byte> into, Memory memory);
  Status wait(Ticket ticket, int owner, std::chrono::milliseconds limit);
  bool is_done(Ticket ticket);
  void note_departure(int process);
  void fail(const Failure& failure);
  void clear();

 private:
  bool is_gone(int process) const MURMUR_REQUIRES(mutex_) {
    return gone_[static_cast<std::size_t>(process)];
  }
  Ticket add(Pending pending) MURMUR_REQUIRES(mutex_);
  void forget(std::uint64_t id) MURMUR_REQUIRES(mutex_);
  void drop_if_empty(int from, Tag tag) MURMUR_REQUIRES(mutex_);

  Mutex mutex_;
  Condition changed_;
  std::map<std::pair<int, Tag>, Channel> channels_ MURMUR_GUARDED_BY(mutex_);
  std::map<std::uint64_t, Pending> pending_ MURMUR_GUARDED_BY(mutex_);
  std::uint64_t next_id_ MURMUR_GUARDED_BY(mutex_) = 1;
  std::vector<bool> gone_ MURMUR_GUARDED_BY(mutex_);
  std::optional<Failure> failure_ MURMUR_GUARDED_BY(mutex_);
};

// Received notices of one process. The handler runs on a thread of the queue's own, so that it may
// send notices itself.
class NoticeQueue {
 public:
  NoticeQueue() = default;
  NoticeQueue(const NoticeQueue&) = delete;
  NoticeQueue& operator=(const NoticeQueue&) = delete;
  ~NoticeQueue() { set_handler({}); }

  void put(int from, const Notice& notice);
  // Replaces the handler; returns when the previous one has ended. Threads: only the process's own.
  void set_handler(NoticeHandler handler);

 private:
  void run(const NoticeHandler& handler);

  Mutex mutex_;
  Condition changed_;
  std::deque<std::pair<int, Notice>> notices_ MURMUR_GUARDED_BY(mutex_);
  bool stopping_ MURMUR_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace murmur::comm
