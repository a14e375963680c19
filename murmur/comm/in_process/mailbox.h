// SPDX-License-Identifier: Apache-2.0
// What a process of a InProcessFabric receives: messages in lines, notices in a queue.
//
//   INVARIANT: of a line (sender, tag) either messages wait for receives or receives for messages.
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

// What a process still has to wait for.
struct Pending {
  bool is_send = false;
  bool done = false;
  int peer = 0;
  Tag tag = 0;
  std::span<std::byte> into;
  Memory memory = {};  // of `into`
};

// Messages of one sender with one tag.
struct Line {
  std::deque<Message> messages;
  std::deque<std::uint64_t> posted;  // tickets of receives
};

class Mailbox {
 public:
  explicit Mailbox(int processes) : gone_(static_cast<std::size_t>(processes), false) {}

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
  std::map<std::pair<int, Tag>, Line> lines_ MURMUR_GUARDED_BY(mutex_);
  std::map<std::uint64_t, Pending> pending_ MURMUR_GUARDED_BY(mutex_);
  std::uint64_t next_id_ MURMUR_GUARDED_BY(mutex_) = 1;
  std::vector<bool> gone_ MURMUR_GUARDED_BY(mutex_);
  std::optional<Failure> failure_ MURMUR_GUARDED_BY(mutex_);
};

// Who hears the notices of a process, on a thread of his own, so that he may tell others in turn.
class NoticeQueue {
 public:
  NoticeQueue() = default;
  NoticeQueue(const NoticeQueue&) = delete;
  NoticeQueue& operator=(const NoticeQueue&) = delete;
  ~NoticeQueue() { set({}); }

  void put(int from, const Notice& notice);
  // Called by the process's own thread alone.
  void set(NoticeHandler handler);

 private:
  void listen(const NoticeHandler& handler);

  Mutex mutex_;
  Condition changed_;
  std::deque<std::pair<int, Notice>> notices_ MURMUR_GUARDED_BY(mutex_);
  bool deaf_ MURMUR_GUARDED_BY(mutex_) = false;
  std::thread listener_;
};

}  // namespace murmur::comm
