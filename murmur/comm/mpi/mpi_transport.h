// SPDX-License-Identifier: Apache-2.0
// MPI makes progress only inside its own calls. Here a thread of the transport's makes them while
// everyone computes, and whoever waits makes them while he waits; between two calls they sleep for
// microseconds, because processes may be more than cores.
//
//   INVARIANT: MPI is called with mutex_ held (MPI_THREAD_SERIALIZED).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "murmur/comm/adaptive_spin.h"
#include "murmur/comm/liveness_deadline.h"
#include "murmur/comm/mpi/requests.h"
#include "murmur/comm/transport.h"
#include "murmur/core/mutex.h"

namespace murmur::comm {

class MpiTransport final : public Transport {
 public:
  // REQUIRES: MPI_Init has been called, on this thread.
  MpiTransport();
  MpiTransport(const MpiTransport&) = delete;
  MpiTransport& operator=(const MpiTransport&) = delete;
  // Collective unless a wait has failed: then what has been told gets a moment to leave, and MPI is
  // left as it is, since the others cannot come to its end.
  ~MpiTransport() override;

  int process() const override { return process_; }
  int processes() const override { return processes_; }
  Tag largest_tag() const override { return largest_tag_; }
  Ticket send(int to, Tag tag, std::span<const std::byte> bytes, Memory memory) override;
  Ticket receive(int from, Tag tag, std::span<std::byte> bytes, Memory memory) override;
  Status wait(Ticket ticket) override;
  bool is_done(Ticket ticket) override;
  void set_wait_limit(std::chrono::milliseconds limit) override { limit_ms_ = limit.count(); }
  std::int64_t bytes_sent() const override { return bytes_sent_; }
  void send_control(int to, const Notice& notice) override;
  void on_notice(NoticeHandler handler) override;
  void fail(const Failure& failure) override;

 private:
  using Clock = LivenessDeadline::Clock;

  void make_progress();  // the thread's
  void leave_it_to_others();
  // Whether something has ended. AdaptiveSpin for the end of that ticket's message first.
  bool progress(Ticket first = {});
  void hand_on();
  // Every wait fails from here on, and no message is started.
  void fail_with(const Failure& failure) MURMUR_REQUIRES(mutex_);
  // Nothing while the ticket is neither done nor failed; forgets it otherwise.
  std::optional<Status> outcome(Ticket ticket) MURMUR_REQUIRES(mutex_);
  // Sets failure_ when the other one has had its time.
  void keep_watch(LivenessDeadline& watch, const Entry& entry) MURMUR_REQUIRES(mutex_);
  Failure lost(const Entry& entry, const std::string& why) const;

  int process_ = 0;
  int processes_ = 1;
  int largest_tag_ = 0;
  bool is_crowded_ = false;
  std::atomic<std::int64_t> limit_ms_ = 60'000;
  std::atomic<std::int64_t> bytes_sent_ = 0;
  std::atomic<int> waiting_ = 0;
  AdaptiveSpin looks_;

  Mutex mutex_;
  Condition work_;
  Condition waited_;
  bool has_waited_long_ MURMUR_GUARDED_BY(mutex_) = false;
  std::unique_ptr<Requests> requests_ MURMUR_GUARDED_BY(mutex_);
  std::optional<Failure> failure_ MURMUR_GUARDED_BY(mutex_);
  std::vector<std::pair<int, Notice>> heard_ MURMUR_GUARDED_BY(mutex_);  // to be handed on
  bool closing_ MURMUR_GUARDED_BY(mutex_) = false;
  std::vector<Clock::time_point> answered_ MURMUR_GUARDED_BY(mutex_);  // last, per process

  Mutex notices_;  // held while a handler runs, and locked before mutex_
  NoticeHandler handler_ MURMUR_GUARDED_BY(notices_);
  std::vector<std::pair<int, Notice>> kept_ MURMUR_GUARDED_BY(notices_);

  std::thread thread_;
};

}  // namespace murmur::comm
