// SPDX-License-Identifier: Apache-2.0
// MPI makes progress only inside its own calls. A thread of the transport makes these calls while
// the other threads compute, and a waiting thread makes them itself; between two calls they sleep
// for microseconds, because there may be more processes than cores.
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
#include "murmur/comm/mpi/mpi_header.h"
#include "murmur/comm/mpi/requests.h"
#include "murmur/comm/transport.h"
#include "murmur/core/mutex.h"

namespace murmur::comm {

// What a transport is made over.
struct MpiWorld {
  MPI_Comm communicator = MPI_COMM_WORLD;
  // Whether a thread of its own makes progress; otherwise only calls of the transport do.
  bool has_thread = true;
  bool finalizes = false;  // MPI, at the end
};

class MpiTransport final : public Transport {
 public:
  // Collective. REQUIRES: MPI_Init has been called.
  explicit MpiTransport(const MpiWorld& world);
  MpiTransport(const MpiTransport&) = delete;
  MpiTransport& operator=(const MpiTransport&) = delete;
  // Collective unless a wait has failed. Pending notices get half a second to be sent. After a
  // failure MPI is not finalized, since the other processes cannot take part in that. Does nothing
  // where the host program has finalized MPI before.
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

  void run_thread();
  void make_progress();  // until the transport is closed
  // Blocks while threads inside wait() make progress, for a limited time.
  void leave_to_waiters();
  // Tests pending messages, that of ticket `first` among them, and dispatches the notices that have
  // arrived. Whether anything has completed.
  bool progress(Ticket first = {});
  void dispatch_notices();
  // Just before the host program finalizes MPI: ends all calls of MPI.
  void end();
  // From here on every wait fails, and no message is started.
  void fail_with(const Failure& failure) MURMUR_REQUIRES(mutex_);
  // The result of the ticket, which is then forgotten; nothing while it is pending.
  std::optional<Status> outcome(Ticket ticket) MURMUR_REQUIRES(mutex_);
  // Pings the other process, or sets failure_ when its time is over.
  void check_liveness(LivenessDeadline& deadline, const Entry& entry) MURMUR_REQUIRES(mutex_);
  Failure peer_failure(const Entry& entry, const std::string& why) const;

  const MpiWorld world_;
  int process_ = 0;
  int processes_ = 1;
  int largest_tag_ = 0;
  bool is_oversubscribed_ = false;
  std::atomic<std::int64_t> limit_ms_ = 60'000;
  std::atomic<std::int64_t> bytes_sent_ = 0;
  std::atomic<int> waiting_ = 0;
  AdaptiveSpin spin_;

  Mutex& mutex_;  // of all transports of this process
  Condition work_;
  Condition long_wait_;
  bool has_waited_long_ MURMUR_GUARDED_BY(mutex_) = false;
  std::unique_ptr<Requests> requests_ MURMUR_GUARDED_BY(mutex_);
  std::optional<Failure> failure_ MURMUR_GUARDED_BY(mutex_);
  std::vector<std::pair<int, Notice>> received_ MURMUR_GUARDED_BY(mutex_);  // not yet dispatched
  bool closing_ MURMUR_GUARDED_BY(mutex_) = false;
  bool has_ended_ MURMUR_GUARDED_BY(mutex_) = false;  // and MPI is called no more
  // Per process: when its last ping or pong arrived.
  std::vector<Clock::time_point> last_seen_ MURMUR_GUARDED_BY(mutex_);

  Mutex handler_mutex_;  // held while a handler runs, and locked before mutex_
  NoticeHandler handler_ MURMUR_GUARDED_BY(handler_mutex_);
  std::vector<std::pair<int, Notice>> undelivered_ MURMUR_GUARDED_BY(handler_mutex_);

  std::thread thread_;
};

}  // namespace murmur::comm
