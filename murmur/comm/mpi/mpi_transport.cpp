// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/mpi/mpi_transport.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "murmur/comm/mpi/backoff.h"
#include "murmur/comm/mpi/short_sleeps.h"
#include "murmur/comm/mpi/start_mpi.h"
#include "murmur/comm/mpi/world_facts.h"
#include "murmur/core/check.h"

namespace murmur::comm {
namespace {

using std::chrono::milliseconds;

// Kinds of the transport's own notices; those of its users are 0 and above.
constexpr int kPing = -1;
constexpr int kPong = -2;

constexpr milliseconds kPollInterval{20};  // without pending messages, or while a thread waits
constexpr milliseconds kLongWait{10};      // after it the thread resumes polling at once

}  // namespace

MpiTransport::MpiTransport(const MpiWorld& world) : world_(world), mutex_(mpi_mutex()) {
  {
    const Lock lock(mutex_);
    requests_ = std::make_unique<Requests>(world.communicator);
    MPI_Comm_rank(world.communicator, &process_);
    MPI_Comm_size(world.communicator, &processes_);
    largest_tag_ = comm::largest_tag();
    is_oversubscribed_ = is_oversubscribed(world.communicator);
    last_seen_.resize(static_cast<std::size_t>(processes_));
  }
  if (world.has_thread) {
    thread_ = std::thread([this] { run_thread(); });
  }
  if (!world.finalizes) {
    before_finalize(this, [this] { end(); });
  }
}

// Where it fails, every wait fails.
void MpiTransport::run_thread() {
  const ShortSleeps short_sleeps;
  try {
    make_progress();
  } catch (const std::exception& error) {
    fail({FailureKind::kInvalid, error.what()});
  }
}

void MpiTransport::make_progress() {
  Backoff backoff(AdaptiveSpin::kMinCount, is_oversubscribed_);
  while (true) {
    {
      const Lock lock(mutex_);
      const auto limit = Clock::now() + kPollInterval;
      while (!closing_ && requests_->is_idle() && work_.wait_until(mutex_, limit)) {
      }
      if (closing_) {
        return;
      }
    }
    if (progress()) {
      backoff.reset();
    } else if (waiting_ > 0) {
      leave_to_waiters();
    } else {
      backoff.pause();
    }
  }
}

// The waiting thread makes progress, and usually computes only briefly before it waits again.
void MpiTransport::leave_to_waiters() {
  const Lock lock(mutex_);
  const auto limit = Clock::now() + kPollInterval;
  while (!closing_ && !has_waited_long_ && long_wait_.wait_until(mutex_, limit)) {
  }
  has_waited_long_ = false;
}

bool MpiTransport::progress(Ticket first) {
  bool has_progressed = false;
  bool has_received = false;
  {
    const Lock lock(mutex_);
    has_progressed = !has_ended_ && requests_->test(first, received_);
    has_received = !received_.empty();
  }
  if (has_received) {
    dispatch_notices();
  }
  return has_progressed;
}

// Several threads make progress. The one that holds handler_mutex_ dispatches all received notices,
// oldest first.
void MpiTransport::dispatch_notices() {
  const Lock dispatching(handler_mutex_);
  std::vector<std::pair<int, Notice>> received;
  {
    const Lock lock(mutex_);
    received.swap(received_);
  }
  for (auto& [from, notice] : received) {
    if (notice.kind == kPing || notice.kind == kPong) {
      const Lock lock(mutex_);
      if (notice.kind == kPing && !has_ended_) {
        requests_->send_control(from, {.kind = kPong});
      }
      last_seen_[static_cast<std::size_t>(from)] = Clock::now();
    } else if (handler_) {
      handler_(from, notice);
    } else {
      undelivered_.emplace_back(from, std::move(notice));
    }
  }
}

Ticket MpiTransport::send(int to, Tag tag, std::span<const std::byte> bytes, Memory memory) {
  MURMUR_CHECK(to != process_ && to >= 0 && to < processes_, "to process {}", to);
  MURMUR_CHECK(tag >= 0 && tag <= largest_tag_, "tag {}, at most {}", tag, largest_tag_);
  bytes_sent_ += static_cast<std::int64_t>(bytes.size());
  Ticket ticket;
  {
    Entry entry{.is_send = true, .peer = to, .tag = tag, .memory = std::move(memory)};
    const Lock lock(mutex_);
    ticket = failure_ ? requests_->add_unstarted(std::move(entry))
                      : requests_->send(std::move(entry), bytes);
  }
  work_.notify_one();
  return ticket;
}

Ticket MpiTransport::receive(int from, Tag tag, std::span<std::byte> bytes, Memory memory) {
  MURMUR_CHECK(from != process_ && from >= 0 && from < processes_, "from process {}", from);
  Ticket ticket;
  {
    Entry entry{.is_send = false, .peer = from, .tag = tag, .memory = std::move(memory)};
    const Lock lock(mutex_);
    ticket = failure_ ? requests_->add_unstarted(std::move(entry))
                      : requests_->receive(std::move(entry), bytes);
  }
  work_.notify_one();
  return ticket;
}

Failure MpiTransport::peer_failure(const Entry& entry, const std::string& why) const {
  return {FailureKind::kPeer,
          fmt::format("process {} waited to {} process {}: {}",
                      process_,
                      entry.is_send ? "send a message to" : "receive a message from",
                      entry.peer,
                      why)};
}

std::optional<Status> MpiTransport::outcome(Ticket ticket) {
  const Entry& entry = requests_->entry(ticket);
  if (failure_) {
    requests_->forget(ticket);
    return *failure_;
  }
  if (!entry.error.empty()) {
    fail_with(peer_failure(entry, entry.error));
    requests_->forget(ticket);
    return *failure_;
  }
  if (!entry.requests.empty()) {
    return std::nullopt;
  }
  requests_->forget(ticket);
  return Ok{};
}

Status MpiTransport::wait(Ticket ticket) {
  const Clock::time_point begun = Clock::now();
  LivenessDeadline deadline(begun, milliseconds(limit_ms_));
  Backoff backoff(spin_.count(), is_oversubscribed_);
  bool has_polled = false;
  std::optional<ShortSleeps> short_sleeps;
  ++waiting_;
  while (true) {
    if (progress(ticket)) {
      backoff.reset();
    }
    {
      const Lock lock(mutex_);
      std::optional<Status> result = outcome(ticket);
      if (!result) {
        check_liveness(deadline, requests_->entry(ticket));
        result = failure_ ? outcome(ticket) : std::nullopt;
      }
      if (result) {
        --waiting_;
        const Clock::duration waited = Clock::now() - begun;
        if (has_polled) {
          spin_.observe(waited);
        }
        if (waited > kLongWait) {
          has_waited_long_ = true;
          long_wait_.notify_one();
        }
        return *result;
      }
    }
    if (!std::exchange(has_polled, true)) {
      short_sleeps.emplace();
    }
    backoff.pause();
  }
}

void MpiTransport::check_liveness(LivenessDeadline& deadline, const Entry& entry) {
  switch (deadline.check(Clock::now(), last_seen_[static_cast<std::size_t>(entry.peer)])) {
    case LivenessDeadline::Verdict::kGoOn:
      return;
    case LivenessDeadline::Verdict::kAsk:
      requests_->send_control(entry.peer, {.kind = kPing});
      return;
    case LivenessDeadline::Verdict::kGiveUp:
      fail_with(peer_failure(entry, deadline.reason()));
      return;
  }
}

bool MpiTransport::is_done(Ticket ticket) {
  progress(ticket);
  const Lock lock(mutex_);
  const Entry& entry = requests_->entry(ticket);
  return failure_ || !entry.error.empty() || entry.requests.empty();
}

void MpiTransport::send_control(int to, const Notice& notice) {
  const Lock lock(mutex_);
  if (!has_ended_) {
    requests_->send_control(to, notice);
  }
}

void MpiTransport::on_notice(NoticeHandler handler) {
  const Lock lock(handler_mutex_);
  handler_ = std::move(handler);
  if (handler_) {
    for (const auto& [from, notice] : std::exchange(undelivered_, {})) {
      handler_(from, notice);
    }
  }
}

void MpiTransport::fail(const Failure& failure) {
  const Lock lock(mutex_);
  if (!failure_) {
    fail_with(failure);
  }
}

void MpiTransport::fail_with(const Failure& failure) {
  failure_ = failure;
  requests_->abandon_all();
}

}  // namespace murmur::comm
