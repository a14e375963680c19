// SPDX-License-Identifier: Apache-2.0
// What comes from one process of this host: letters, and who has asked for them. One thread at a
// time.
//
//   INVARIANT: of a tag either messages wait for receives or receives for messages.
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
    Completion* slip = nullptr;
  };

  // `board`: the other one's; `me`: this process.
  Inbox(SharedMemory board, std::int64_t system_process, int me);

  // Takes what has come. kIo: where it lies cannot be mapped.
  Status poll();
  // The next message of that tag is this ticket's.
  void ask(std::uint64_t ticket, Tag tag);
  // Null until it has come.
  const Message* find(std::uint64_t ticket) const;
  // The sender may have the bytes again. What never came, nobody gives back: the ticket stays
  // asked.
  void release(std::uint64_t ticket);

  EventCount& posted() { return lane_->posted; }
  EventCount& returned() { return lane_->returned; }
  std::uint64_t pulse() const { return board()->pulse.load(); }
  bool has_left() const { return board()->has_left.load(); }

 private:
  struct Line {  // of a tag
    std::deque<Message> messages;
    std::deque<std::uint64_t> tickets;
  };

  SharedSegment* board() const { return reinterpret_cast<SharedSegment*>(board_.bytes().data()); }
  Result<std::span<std::byte>> map(std::int32_t file, std::uint64_t bytes);
  Result<Message> read(const Letter& letter);

  SharedMemory board_;
  std::int64_t system_process_;
  Ring* lane_;
  std::size_t next_ = 0;                           // letter to read
  std::map<std::int32_t, SharedMemory> memories_;  // by the other one's descriptor
  std::unordered_map<Tag, Line> lines_;
  std::unordered_map<std::uint64_t, Message> found_;  // by ticket
};

}  // namespace murmur::comm
