// SPDX-License-Identifier: Apache-2.0
// How processes of one host tell each other what lies where. Every process has a board in shared
// memory, with a lane to each of the others: a ring of letters, which the owner writes and the
// other one takes, in order. With every letter goes a slip, on which the owner notes how much of
// the message is there, and the other one when it has read all, in any order.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "murmur/comm/ticket.h"

namespace murmur::comm {

// Counts events; who waits for the next one sleeps. Between processes, and never missed:
//
//   const auto heard = bell.heard();
//   ... look whether it has happened already ...
//   bell.sleep(heard, limit);
class EventCount {
 public:
  void ring();
  std::uint32_t epoch() const { return count_.load(); }
  // Returns when it has rung since `heard`, when the time is over, or for no reason.
  void sleep(std::uint32_t epoch, std::chrono::nanoseconds limit);

 private:
  alignas(64) std::atomic<std::uint32_t> count_ = 0;
  std::atomic<std::uint32_t> sleepers_ = 0;
};

// In the memory of the sender of a message.
struct Completion {
  alignas(64) std::atomic<bool> has_read = false;
  // Bytes that are there: a long message follows its letter.
  std::atomic<std::uint64_t> written = 0;
};

struct Letter {
  alignas(64) std::atomic<bool> is_posted = false;
  Tag tag = 0;
  std::int32_t file = 0;       // the owner's descriptor of the message's memory
  std::int32_t slip_file = 0;  // and of the slip's
  std::uint64_t memory_bytes = 0;
  std::uint64_t slip_memory_bytes = 0;
  std::uint64_t offset = 0;  // in it
  std::uint64_t slip_offset = 0;
  std::uint64_t bytes = 0;
};

struct Ring {
  static constexpr std::size_t kLetters = 1024;
  EventCount posted;
  EventCount returned;
  std::array<Letter, kLetters> letters;
};

// At the start of a process's shared memory; its lanes follow, one per process of the world.
struct SharedSegment {
  alignas(64) std::atomic<std::uint64_t> pulse = 0;  // grows while the process lives
  std::atomic<bool> has_left = false;

  Ring& lane_to(int process) { return reinterpret_cast<Ring*>(this + 1)[process]; }
  static std::size_t bytes(int processes) {
    return sizeof(SharedSegment) + static_cast<std::size_t>(processes) * sizeof(Ring);
  }
};

static_assert(std::atomic<bool>::is_always_lock_free &&
              std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace murmur::comm
