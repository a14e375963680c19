// SPDX-License-Identifier: Apache-2.0
// Lets processes that run without barriers agree on a step before which all of them perform the
// same request: stop (a signal reached one of them, a loss is not finite), or save a checkpoint. It
// costs no communication while there is no request.
//
// Protocol: a process sends its request to process 0. Process 0 queries every process for the steps
// that it has begun, and each process that was queried waits before its next step. The agreed step
// is the earliest one that no process has begun; process 0 announces it. There is no deadlock:
// every step before the agreed one is performed by all processes.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "murmur/comm/transport.h"
#include "murmur/core/mutex.h"

namespace murmur::comm {

struct StepRequest {
  int purpose = 0;  // 0 to 1000; its meaning is defined by the caller
  std::string text = {};
};

class StepAgreement {
 public:
  // Handles the transport's notices until it is destroyed. Notices of another run, which may arrive
  // late, are ignored unless they say that a process gave up.
  explicit StepAgreement(Transport& transport, int run = 0);
  StepAgreement(const StepAgreement&) = delete;
  StepAgreement& operator=(const StepAgreement&) = delete;
  ~StepAgreement();

  // The steps before this one were performed by an earlier run.
  void start_at(std::int64_t step);

  // Asks all processes to perform this request before an early common step. Requests are performed
  // in the same order on all processes. Does not block.
  void request(const StepRequest& request);

  // Called before each step: the request to perform before it, or nothing, and then the step counts
  // as begun. Called again after a request was performed. kPeer: a process did not report its step
  // in time, or gave up.
  Result<std::optional<StepRequest>> poll(std::int64_t step);

  // Notifies all other processes that this one ends, and why; their waits fail with that reason.
  void give_up(const std::string& reason);
  bool has_heard_of_failure() const;
  // Time limit of the wait in poll().
  void set_wait_limit(std::chrono::milliseconds limit);

 private:
  enum Kind : int { kRequest, kQuery, kReply, kDecision, kGiveUp };
  struct AgreedStep {
    std::int64_t step = 0;
    StepRequest request;
  };
  struct Outgoing {
    int to = 0;
    Notice notice;
  };
  using OutgoingList = std::vector<Outgoing>;

  // The notice that encodes this message.
  Notice notice_of(int kind, std::int64_t number, const StepRequest& request) const;
  void handle(int from, const Notice& notice);
  void send(const OutgoingList& outgoing);
  OutgoingList to_all(int kind, std::int64_t number, const StepRequest& request) const;
  // Each returns the notices to send, in this order, before the lock is released.
  OutgoingList apply(int from, const Notice& notice) MURMUR_REQUIRES(mutex_);
  OutgoingList query_next() MURMUR_REQUIRES(mutex_);
  OutgoingList apply_reply(std::int64_t begun) MURMUR_REQUIRES(mutex_);

  Transport& transport_;
  const int run_;
  mutable Mutex mutex_;
  Condition changed_;
  std::chrono::milliseconds limit_ MURMUR_GUARDED_BY(mutex_) = std::chrono::minutes(2);
  std::int64_t begun_ MURMUR_GUARDED_BY(mutex_) = 0;  // steps before this one have begun
  bool queried_ MURMUR_GUARDED_BY(mutex_) = false;    // and the agreed step is not known yet
  std::deque<AgreedStep> agreed_ MURMUR_GUARDED_BY(mutex_);
  std::optional<Failure> failure_ MURMUR_GUARDED_BY(mutex_);

  // Used by process 0 only.
  std::deque<StepRequest> requests_ MURMUR_GUARDED_BY(mutex_);
  bool querying_ MURMUR_GUARDED_BY(mutex_) = false;
  int replies_ MURMUR_GUARDED_BY(mutex_) = 0;
  std::int64_t decided_step_ MURMUR_GUARDED_BY(mutex_) = 0;  // the maximum of the replies so far
};

}  // namespace murmur::comm
