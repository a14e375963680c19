// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/mpi/mpi_transport.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <sys/prctl.h>

#include "murmur/comm/mpi/backoff.h"
#include "murmur/comm/mpi/world_facts.h"
#include "murmur/core/check.h"

namespace murmur::comm {
namespace {

using std::chrono::milliseconds;

// Notices of the transport's own; its users' are 0 and above.
constexpr int kAreYouThere = -1;
constexpr int kIAmHere = -2;

constexpr milliseconds kListenEvery{20};  // where no message is under way, or somebody waits
constexpr milliseconds kALongWait{10};    // behind it the thread looks again at once
constexpr milliseconds kToSayGoodbye{500};
constexpr milliseconds kUntilAllAreSilent{50};

}  // namespace

MpiTransport::MpiTransport() : requests_(std::make_unique<Requests>()) {
  MPI_Comm_rank(MPI_COMM_WORLD, &process_);
  MPI_Comm_size(MPI_COMM_WORLD, &processes_);
  largest_tag_ = comm::largest_tag();
  is_crowded_ = are_crowded();
  answered_.resize(static_cast<std::size_t>(processes_));
  // Backoff of ten microseconds are not rounded up to sixty; threads made from here on have it too.
  prctl(PR_SET_TIMERSLACK, 1000UL);
  thread_ = std::thread([this] { make_progress(); });
}

MpiTransport::~MpiTransport() {
  bool failed = false;
  bool told = false;
  const auto limit = Clock::now() + kToSayGoodbye;
  while (!told && Clock::now() < limit) {
    progress();
    const Lock lock(mutex_);
    told = requests_->has_told_all();
  }
  {
    const Lock lock(mutex_);
    closing_ = true;
    failed = failure_.has_value();
  }
  work_.notify_all();
  waited_.notify_all();
  thread_.join();
  const Lock lock(mutex_);
  if (failed) {
    static_cast<void>(requests_.release());  // MPI may still look at it
    return;
  }
  requests_->close();
  if (may_hang_at_the_end()) {
    MPI_Barrier(MPI_COMM_WORLD);
    std::this_thread::sleep_for(kUntilAllAreSilent);
  }
  MPI_Finalize();
  requests_.reset();
}

void MpiTransport::make_progress() {
  Backoff naps(AdaptiveSpin::kFew, is_crowded_);
  while (true) {
    {
      const Lock lock(mutex_);
      const auto limit = Clock::now() + kListenEvery;
      while (!closing_ && requests_->is_idle() && work_.wait_until(mutex_, limit)) {
      }
      if (closing_) {
        return;
      }
    }
    if (progress()) {
      naps.start_again();
    } else if (waiting_ > 0) {
      leave_it_to_others();
    } else {
      naps.rest();
    }
  }
}

// Who waits makes the progress, and as a rule computes but shortly before he waits again.
void MpiTransport::leave_it_to_others() {
  const Lock lock(mutex_);
  const auto limit = Clock::now() + kListenEvery;
  while (!closing_ && !has_waited_long_ && waited_.wait_until(mutex_, limit)) {
  }
  has_waited_long_ = false;
}

bool MpiTransport::progress(Ticket first) {
  bool moved = false;
  bool has_heard = false;
  {
    const Lock lock(mutex_);
    moved = requests_->test(first, heard_);
    has_heard = !heard_.empty();
  }
  if (has_heard) {
    hand_on();
  }
  return moved;
}

// Several threads make progress: whoever may hand on takes all there is, the oldest first.
void MpiTransport::hand_on() {
  const Lock handing(notices_);
  std::vector<std::pair<int, Notice>> heard;
  {
    const Lock lock(mutex_);
    heard.swap(heard_);
  }
  for (auto& [from, notice] : heard) {
    if (notice.kind == kAreYouThere || notice.kind == kIAmHere) {
      const Lock lock(mutex_);
      if (notice.kind == kAreYouThere) {
        requests_->send_control(from, {.kind = kIAmHere});
      }
      answered_[static_cast<std::size_t>(from)] = Clock::now();
    } else if (handler_) {
      handler_(from, notice);
    } else {
      kept_.emplace_back(from, std::move(notice));
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
    ticket =
        failure_ ? requests_->nothing(std::move(entry)) : requests_->send(std::move(entry), bytes);
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
    ticket = failure_ ? requests_->nothing(std::move(entry))
                      : requests_->receive(std::move(entry), bytes);
  }
  work_.notify_one();
  return ticket;
}

Failure MpiTransport::lost(const Entry& entry, const std::string& why) const {
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
    fail_with(lost(entry, entry.error));
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
  LivenessDeadline watch(begun, milliseconds(limit_ms_));
  Backoff naps(looks_.count(), is_crowded_);
  bool has_looked = false;
  ++waiting_;
  while (true) {
    if (progress(ticket)) {
      naps.start_again();
    }
    {
      const Lock lock(mutex_);
      std::optional<Status> result = outcome(ticket);
      if (!result) {
        keep_watch(watch, requests_->entry(ticket));
        result = failure_ ? outcome(ticket) : std::nullopt;
      }
      if (result) {
        --waiting_;
        const Clock::duration waited = Clock::now() - begun;
        if (has_looked) {
          looks_.learn(waited);
        }
        if (waited > kALongWait) {
          has_waited_long_ = true;
          waited_.notify_one();
        }
        return *result;
      }
    }
    has_looked = true;
    naps.rest();
  }
}

void MpiTransport::keep_watch(LivenessDeadline& watch, const Entry& entry) {
  switch (watch.check(Clock::now(), answered_[static_cast<std::size_t>(entry.peer)])) {
    case LivenessDeadline::Verdict::kGoOn:
      return;
    case LivenessDeadline::Verdict::kAsk:
      requests_->send_control(entry.peer, {.kind = kAreYouThere});
      return;
    case LivenessDeadline::Verdict::kGiveUp:
      fail_with(lost(entry, watch.reason()));
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
  requests_->send_control(to, notice);
}

void MpiTransport::on_notice(NoticeHandler handler) {
  const Lock lock(notices_);
  handler_ = std::move(handler);
  if (handler_) {
    for (const auto& [from, notice] : std::exchange(kept_, {})) {
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
  requests_->give_up();
}

}  // namespace murmur::comm
