// SPDX-License-Identifier: Apache-2.0
// How processes that run freely agree on a step at which all of them do something together: stop
// (a signal reached one of them, a loss is no number any more), or save what they have. It costs
// nothing while nobody calls.
//
// Who wants a meeting tells process 0; that asks everybody how far he is, and all wait before their
// next step; the meeting is before the earliest step that nobody has begun. So nobody waits for one
// who waits: every step before the meeting is performed by all.
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

struct Meeting {
  int purpose = 0;  // the callers' business, 0 to 1000
  std::string text = {};
};

class StepAgreement {
 public:
  // Listens to the transport's notices until it is destroyed; of those of another run, which may
  // come late, only to that somebody gave up.
  explicit StepAgreement(Transport& transport, int run = 0);
  StepAgreement(const StepAgreement&) = delete;
  StepAgreement& operator=(const StepAgreement&) = delete;
  ~StepAgreement();

  // The steps before this one have been made, by an earlier run.
  void start_at(std::int64_t step);

  // Wants a meeting, soon. StepAgreement come in the same order everywhere.
  void call(const Meeting& meeting);

  // Before each step: the meeting that is held here, or nothing, and then the step is begun. To be
  // asked again after a meeting. kPeer: somebody did not say how far he is, or gave up.
  Result<std::optional<Meeting>> poll(std::int64_t step);

  // Tells all others that this process ends, and why; their waits fail with it.
  void give_up(const std::string& reason);
  bool has_heard_of_failure() const;
  // How long before() waits at most.
  void set_wait_limit(std::chrono::milliseconds limit);

 private:
  enum Kind : int { kCall, kAsk, kAnswer, kAppoint, kGiveUp };
  struct AgreedStep {
    std::int64_t step = 0;
    Meeting meeting;
  };
  struct Letter {
    int to = 0;
    Notice notice;
  };
  using Letters = std::vector<Letter>;

  // How it is told.
  Notice notice_of(int kind, std::int64_t number, const Meeting& meeting) const;
  void hear(int from, const Notice& notice);
  void deliver(const Letters& letters);
  Letters to_all(int kind, std::int64_t number, const Meeting& meeting) const;
  // Each returns what is to be told, in this order, before the lock is given back.
  Letters take(int from, const Notice& notice) MURMUR_REQUIRES(mutex_);
  Letters ask_next() MURMUR_REQUIRES(mutex_);
  Letters take_answer(std::int64_t begun) MURMUR_REQUIRES(mutex_);

  Transport& transport_;
  const int run_;
  mutable Mutex mutex_;
  Condition changed_;
  std::chrono::milliseconds limit_ MURMUR_GUARDED_BY(mutex_) = std::chrono::minutes(2);
  std::int64_t begun_ MURMUR_GUARDED_BY(mutex_) = 0;  // steps before this one are begun
  bool asked_ MURMUR_GUARDED_BY(mutex_) = false;      // and not yet told the step
  std::deque<AgreedStep> appointed_ MURMUR_GUARDED_BY(mutex_);
  std::optional<Failure> failure_ MURMUR_GUARDED_BY(mutex_);

  // Of process 0.
  std::deque<Meeting> called_ MURMUR_GUARDED_BY(mutex_);
  bool asking_ MURMUR_GUARDED_BY(mutex_) = false;
  int answers_ MURMUR_GUARDED_BY(mutex_) = 0;
  std::int64_t latest_ MURMUR_GUARDED_BY(mutex_) = 0;
};

}  // namespace murmur::comm
