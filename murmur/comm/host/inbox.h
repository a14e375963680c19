// SPDX-License-Identifier: Apache-2.0
// Messages from one process of this host, matched to receives by tag. Threads: one at a time.
//
//   INVARIANT: per tag, unmatched messages and unmatched receives never exist at the same time.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <unordered_map>

#include "murmur/comm/host/ring.h"
#include "murmur/comm/shared_memory.h"

namespace murmur::comm {

class Inbox {
 public:
  struct Message {
    std::span<const std::byte> bytes;
    Completion* completion = nullptr;
  };

  // `segment`: of the sender; `me`: this process.
  Inbox(SharedMemory segment, std::int64_t system_process, int me);

  // Takes all posted descriptors. kIo: the memory of a message cannot be mapped.
  Status poll();
  // Matches the next message with that tag to this ticket.
  void post_receive(std::uint64_t ticket, Tag tag);
  // Null until the message has arrived.
  const Message* find(std::uint64_t ticket) const;
  // Lets the sender reuse the bytes. No effect where the message has not arrived: the receive stays
  // posted.
  void release(std::uint64_t ticket);

  EventCount& posted() { return ring_->posted; }
  EventCount& completed() { return ring_->completed; }
  std::uint64_t heartbeat() const { return segment()->heartbeat.load(); }
  bool has_left() const { return segment()->has_left.load(); }

 private:
  struct Channel {  // messages with one tag
    std::deque<Message> messages;
    std::deque<std::uint64_t> tickets;
  };

  SharedSegment* segment() const {
    return reinterpret_cast<SharedSegment*>(segment_.bytes().data());
  }
  Result<std::span<std::byte>> map(std::int32_t file, std::uint64_t bytes);
  Result<Message> read(const Descriptor& descriptor);

  SharedMemory segment_;
  std::int64_t system_process_;
  Ring* ring_;
  std::size_t next_ = 0;                           // index of the next descriptor to read
  std::map<std::int32_t, SharedMemory> memories_;  // by the sender's file descriptor
  std::unordered_map<Tag, Channel> channels_;
  std::unordered_map<std::uint64_t, Message> matched_;  // by ticket
};

}  // namespace murmur::comm
