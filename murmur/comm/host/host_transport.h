// SPDX-License-Identifier: Apache-2.0
// Messages between processes of one host through shared memory, all others through the transport
// below. A waiting thread spins briefly and then sleeps until the other process notifies it. A
// thread of the transport publishes a heartbeat, and receives messages while no thread waits.
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
    SharedMemory segment;
  };

  // `segment`: of this process, with one ring per process of the world.
  HostTransport(std::unique_ptr<Transport> below,
                SharedMemory segment,
                std::vector<Neighbor> neighbors);
  // Waits up to half a second for the neighbors to take what was sent; what they took stays
  // readable.
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
  // Set in the ids of this transport's tickets, clear in those of the transport below.
  static constexpr std::uint64_t kOwnTicket = std::uint64_t{1} << 63U;
  struct Peer {
    Outbox out;
    Inbox in;
    std::uint64_t heartbeat = 0;  // last value that was read
    Clock::time_point last_seen{};
    std::optional<Clock::time_point> left_at{};  // when its departure was noticed
  };
  enum class Kind { kSent, kPublished, kReceive, kAcquire };
  struct Item {  // the operation of a ticket
    Kind kind = Kind::kSent;
    int peer = 0;
    Tag tag = 0;
    std::span<std::byte> into = {};
    Memory memory = {};      // owner of `into`
    std::size_t copied = 0;  // bytes
    bool is_copying = false;
    bool is_done = false;
  };

  Ticket add(Item item) MURMUR_REQUIRES(mutex_);
  Peer& peer(int process) MURMUR_REQUIRES(mutex_) { return *neighbors_.at(process); }
  // Null: it failed, and failure_ is set.
  Completion* post(int to, const Outbox::Message& message) MURMUR_REQUIRES(mutex_);
  // Receives what a neighbor has posted, and reads its heartbeat.
  void poll(int process) MURMUR_REQUIRES(mutex_);
  // Whether the operation is done; copies what has arrived of a receive to its destination.
  bool complete(std::uint64_t id);
  struct Piece {
    std::span<const std::byte> from;
    std::span<std::byte> into;
  };
  // The part of a receive that has arrived and is not yet copied; nothing where there is none. The
  // caller copies it without the lock and then calls has_copied().
  std::optional<Piece> next_piece(std::uint64_t id, Item& item) MURMUR_REQUIRES(mutex_);
  void has_copied(std::uint64_t id, Item& item, std::size_t bytes) MURMUR_REQUIRES(mutex_);
  // Updates `is_done` of a published or acquired view.
  void poll(std::uint64_t id, Item& item) MURMUR_REQUIRES(mutex_);
  EventCount& event_count_of(const Item& item) MURMUR_REQUIRES(mutex_);
  void check_liveness(LivenessDeadline& deadline, std::uint64_t id) MURMUR_REQUIRES(mutex_);
  void set_failure(const Failure& failure) MURMUR_REQUIRES(mutex_);
  Failure peer_failure(const Item& item, const std::string& why) const;
  void send_heartbeats();  // run by thread_

  std::unique_ptr<Transport> below_;
  SharedMemory segment_;
  std::map<int, std::unique_ptr<Peer>> neighbors_;  // the keys are constant
  std::atomic<std::int64_t> bytes_sent_ = 0;
  std::atomic<std::int64_t> limit_ms_ = 60'000;
  AdaptiveSpin spin_;

  Mutex mutex_;
  Condition closing_changed_;
  bool closing_ MURMUR_GUARDED_BY(mutex_) = false;
  SharedHeap heap_ MURMUR_GUARDED_BY(mutex_);
  CompletionPool completions_ MURMUR_GUARDED_BY(mutex_){&heap_};
  std::map<const std::byte*, SharedHeap::Block> taken_ MURMUR_GUARDED_BY(mutex_);
  std::unordered_map<std::uint64_t, Item> items_ MURMUR_GUARDED_BY(mutex_);
  std::uint64_t next_id_ MURMUR_GUARDED_BY(mutex_) = 1;
  std::optional<Failure> failure_ MURMUR_GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace murmur::comm
