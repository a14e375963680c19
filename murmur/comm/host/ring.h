// SPDX-License-Identifier: Apache-2.0
// The layout of the shared memory through which processes of one host announce messages. Each
// process has one segment, with a ring of descriptors to every other process: the owner of the
// segment posts descriptors, the other process takes them in order. Each descriptor refers to a
// completion, in which the sender records how many bytes are written and the receiver, in any order
// among messages, that it has read them all.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "murmur/comm/ticket.h"

namespace murmur::comm {

// Counts notifications and lets threads sleep until the next one, across processes. No notification
// is missed if the condition is checked between the two calls:
//
//   const auto epoch = events.epoch();
//   ... return if the condition holds already ...
//   events.wait(epoch, limit);
class EventCount {
 public:
  void notify();
  std::uint32_t epoch() const { return count_.load(); }
  // Returns after a notification since `epoch` was read, after `limit`, or spuriously.
  void wait(std::uint32_t epoch, std::chrono::nanoseconds limit);

 private:
  alignas(64) std::atomic<std::uint32_t> count_ = 0;
  std::atomic<std::uint32_t> waiters_ = 0;
};

// In the memory of the sender of a message.
struct Completion {
  alignas(64) std::atomic<bool> has_read = false;
  // Bytes in place; a long message is written after its descriptor is posted.
  std::atomic<std::uint64_t> written = 0;
};

struct Descriptor {
  alignas(64) std::atomic<bool> is_posted = false;
  Tag tag = 0;
  std::int32_t file = 0;             // sender's file descriptor of the message's memory
  std::int32_t completion_file = 0;  // and of the completion's memory
  std::uint64_t memory_bytes = 0;
  std::uint64_t completion_memory_bytes = 0;
  std::uint64_t offset = 0;  // of the message in its memory
  std::uint64_t completion_offset = 0;
  std::uint64_t bytes = 0;
};

struct Ring {
  static constexpr std::size_t kDescriptors = 1024;
  EventCount posted;     // a descriptor was posted, or more of a message was written
  EventCount completed;  // a message was read
  std::array<Descriptor, kDescriptors> descriptors;
};

// The start of a process's shared memory; its rings follow, one per process of the world.
struct SharedSegment {
  alignas(64) std::atomic<std::uint64_t> heartbeat = 0;  // increases while the process is alive
  std::atomic<bool> has_left = false;

  Ring& ring_to(int process) { return reinterpret_cast<Ring*>(this + 1)[process]; }
  static std::size_t bytes(int processes) {
    return sizeof(SharedSegment) + static_cast<std::size_t>(processes) * sizeof(Ring);
  }
};

static_assert(std::atomic<bool>::is_always_lock_free &&
              std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace murmur::comm
