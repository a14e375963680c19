// SPDX-License-Identifier: Apache-2.0
// Messages between processes of one host through memory, those to others through the transport
// below. Whoever waits sleeps until the other one rings; nobody polls. A thread of the transport's
// shows that the process lives, and takes what comes where nobody waits.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "murmur/comm/adaptive_spin.h"
#include "murmur/comm/host/inbox.h"
#include "murmur/comm/host/outbox.h"
#include "murmur/comm/host/shared_heap.h"
#include "murmur/comm/liveness_deadline.h"
#include "murmur/comm/transport.h"
#include "murmur/core/mutex.h"

namespace murmur::comm {

class HostTransport final : public Transport, public SharedViews {
 public:
  struct Neighbor {
    int process = 0;
    std::int64_t system_process = 0;
    SharedMemory board;
  };

  // `board`: this process's, with a lane per process of the world.
  HostTransport(std::unique_ptr<Transport> below,
                SharedMemory board,
                std::vector<Neighbor> neighbors);
  // What was sent can still be received by those who take it in time.
  ~HostTransport() override;

  int process() const override { return below_->process(); }
  int processes() const override { return below_->processes(); }
  Tag largest_tag() const override { return below_->largest_tag(); }
  Ticket send(int to, Tag tag, std::span<const std::byte> bytes, Memory memory) override;
  Ticket receive(int from, Tag tag, std::span<std::byte> bytes, Memory memory) override;
  Status wait(Ticket ticket) override;
  bool is_done(Ticket ticket) override;
  void set_wait_limit(std::chrono::milliseconds limit) override;
  std::int64_t bytes_sent() const override { return bytes_sent_ + below_->bytes_sent(); }
  SharedViews* shared_views() override { return this; }
  void send_control(int to, const Notice& notice) override { below_->send_control(to, notice); }
  void on_notice(NoticeHandler handler) override { below_->on_notice(std::move(handler)); }
  void fail(const Failure& failure) override;

  bool reaches(int process) const override { return neighbors_.count(process) > 0; }
  Result<std::span<std::byte>> take(std::size_t bytes) override;
  void release(std::span<std::byte> memory) override;
  Ticket publish(int to, Tag tag, std::span<const std::byte> bytes) override;
  Ticket acquire(int from, Tag tag) override;
  std::span<const std::byte> view(Ticket ticket) override;
  void release(Ticket ticket) override;

 private:
  using Clock = LivenessDeadline::Clock;
  // In a ticket: not of the transport below.
  static constexpr std::uint64_t kMine = std::uint64_t{1} << 63U;
  struct Peer {
    Outbox out;
    Inbox in;
    std::uint64_t pulse = 0;  // as last seen
    Clock::time_point answered{};
    std::optional<Clock::time_point> left{};  // when it was noticed
  };
  enum class Kind { kSent, kPublished, kReceive, kAcquire };
  struct Item {  // what a ticket is for
    Kind kind = Kind::kSent;
    int peer = 0;
    Tag tag = 0;
    std::span<std::byte> into = {};
    Memory memory = {};      // of `into`
    std::size_t copied = 0;  // bytes
    bool is_copying = false;
    bool is_done = false;
  };

  Ticket add(Item item) MURMUR_REQUIRES(mutex_);
  Peer& peer(int process) MURMUR_REQUIRES(mutex_) { return *neighbors_.at(process); }
  // Null: failed.
  Completion* post(int to, const Outbox::Message& message) MURMUR_REQUIRES(mutex_);
  // Takes what has come from a neighbor.
  void poll(int process) MURMUR_REQUIRES(mutex_);
  // Whether it is done; copies what has come into its place.
  bool complete(std::uint64_t id);
  struct Piece {
    std::span<const std::byte> from;
    std::span<std::byte> into;
  };
  // Of a receive: what is there and not yet copied, which the caller is to copy before he says so.
  std::optional<Piece> next_piece(std::uint64_t id, Item& item) MURMUR_REQUIRES(mutex_);
  void has_copied(std::uint64_t id, Item& item, std::size_t bytes) MURMUR_REQUIRES(mutex_);
  // Of a lend or a borrow.
  void poll(std::uint64_t id, Item& item) MURMUR_REQUIRES(mutex_);
  EventCount& event_count_of(const Item& item) MURMUR_REQUIRES(mutex_);
  void keep_watch(LivenessDeadline& watch, std::uint64_t id) MURMUR_REQUIRES(mutex_);
  void set_failure(const Failure& failure) MURMUR_REQUIRES(mutex_);
  Failure lost(const Item& item, const std::string& why) const;
  void beat();  // the thread's

  std::unique_ptr<Transport> below_;
  SharedMemory board_;
  std::map<int, std::unique_ptr<Peer>> neighbors_;  // which: constant
  std::atomic<std::int64_t> bytes_sent_ = 0;
  std::atomic<std::int64_t> limit_ms_ = 60'000;
  AdaptiveSpin looks_;

  Mutex mutex_;
  Condition closing_changed_;
  bool closing_ MURMUR_GUARDED_BY(mutex_) = false;
  SharedHeap heap_ MURMUR_GUARDED_BY(mutex_);
  CompletionPool slips_ MURMUR_GUARDED_BY(mutex_){&heap_};
  std::map<const std::byte*, SharedHeap::Block> taken_ MURMUR_GUARDED_BY(mutex_);
  std::unordered_map<std::uint64_t, Item> items_ MURMUR_GUARDED_BY(mutex_);
  std::uint64_t next_id_ MURMUR_GUARDED_BY(mutex_) = 1;
  std::optional<Failure> failure_ MURMUR_GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace murmur::comm
