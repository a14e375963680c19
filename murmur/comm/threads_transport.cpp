// SPDX-License-Identifier: Apache-2.0
// A mailbox per process. A message is copied once where its receive is already posted, else twice:
// a send never waits for its receiver.
//
//   INVARIANT: of a line (sender, tag) either messages wait for receives or receives for messages.
//   No two mailboxes are locked at the same time.
#include "murmur/comm/threads_transport.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/core/mutex.h"

namespace murmur::comm {
namespace {

using Message = std::vector<std::byte>;

// What a process still has to wait for.
struct Pending {
  bool is_send = false;
  bool done = false;
  int peer = 0;
  Tag tag = 0;
  std::span<std::byte> into;
};

// Messages of one sender with one tag.
struct Line {
  std::deque<Message> messages;
  std::deque<std::uint64_t> posted;  // tickets of receives
};

class Mailbox {
 public:
  explicit Mailbox(int processes) : gone_(static_cast<std::size_t>(processes), false) {}

  bool deliver(int from, int owner, Tag tag, std::span<const std::byte> bytes);
  Ticket add_send(int to, Tag tag, bool delivered);
  Ticket post(int from, Tag tag, std::span<std::byte> into);
  Status wait(Ticket ticket, int owner, std::chrono::milliseconds limit);
  void note_departure(int process);
  void clear();

 private:
  bool is_gone(int process) const MURMUR_REQUIRES(mutex_) {
    return gone_[static_cast<std::size_t>(process)];
  }
  Ticket add(Pending pending) MURMUR_REQUIRES(mutex_);
  void forget(std::uint64_t id) MURMUR_REQUIRES(mutex_);
  void drop_if_empty(int from, Tag tag) MURMUR_REQUIRES(mutex_);

  Mutex mutex_;
  Condition changed_;
  std::map<std::pair<int, Tag>, Line> lines_ MURMUR_GUARDED_BY(mutex_);
  std::map<std::uint64_t, Pending> pending_ MURMUR_GUARDED_BY(mutex_);
  std::uint64_t next_id_ MURMUR_GUARDED_BY(mutex_) = 1;
  std::vector<bool> gone_ MURMUR_GUARDED_BY(mutex_);
};

void copy(std::span<const std::byte> bytes, const Pending& receive) {
  MURMUR_CHECK(bytes.size() == receive.into.size(),
               "{} bytes from process {} with tag {} where {} are received",
               bytes.size(),
               receive.peer,
               receive.tag,
               receive.into.size());
  std::copy(bytes.begin(), bytes.end(), receive.into.begin());
}

Failure lost(int owner, const Pending& what, const std::string& why) {
  return {FailureKind::kPeer,
          fmt::format("process {} waited to {} process {} with tag {}: {}",
                      owner,
                      what.is_send ? "send a message to" : "receive a message from",
                      what.peer,
                      what.tag,
                      why)};
}

// False: one of the two has left.
bool Mailbox::deliver(int from, int owner, Tag tag, std::span<const std::byte> bytes) {
  {
    const Lock lock(mutex_);
    if (is_gone(owner) || is_gone(from)) {
      return false;
    }
    Line& line = lines_[{from, tag}];
    if (line.posted.empty()) {
      line.messages.emplace_back(bytes.begin(), bytes.end());
      return true;
    }
    Pending& receive = pending_.at(line.posted.front());
    line.posted.pop_front();
    drop_if_empty(from, tag);
    copy(bytes, receive);
    receive.done = true;
  }
  changed_.notify_all();
  return true;
}

Ticket Mailbox::add(Pending pending) {
  const std::uint64_t id = next_id_++;
  pending_.emplace(id, pending);
  return {id};
}

Ticket Mailbox::add_send(int to, Tag tag, bool delivered) {
  const Lock lock(mutex_);
  return add({.is_send = true, .done = delivered, .peer = to, .tag = tag, .into = {}});
}

Ticket Mailbox::post(int from, Tag tag, std::span<std::byte> into) {
  const Lock lock(mutex_);
  Pending receive{.is_send = false, .done = false, .peer = from, .tag = tag, .into = into};
  Line& line = lines_[{from, tag}];
  if (line.messages.empty()) {
    const Ticket ticket = add(receive);
    line.posted.push_back(ticket.id);
    return ticket;
  }
  copy(line.messages.front(), receive);
  line.messages.pop_front();
  drop_if_empty(from, tag);
  receive.done = true;
  return add(receive);
}

// Tags may be many, one after the other: a line lives only while something waits in it.
void Mailbox::drop_if_empty(int from, Tag tag) {
  const auto line = lines_.find({from, tag});
  if (line->second.messages.empty() && line->second.posted.empty()) {
    lines_.erase(line);
  }
}

// Nothing is written any more where that receive would have put its message.
void Mailbox::forget(std::uint64_t id) {
  const Pending& what = pending_.at(id);
  if (!what.is_send && !what.done) {
    std::deque<std::uint64_t>& posted = lines_[{what.peer, what.tag}].posted;
    posted.erase(std::find(posted.begin(), posted.end(), id));
    drop_if_empty(what.peer, what.tag);
  }
  pending_.erase(id);
}

Status Mailbox::wait(Ticket ticket, int owner, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  const Lock lock(mutex_);
  bool in_time = true;
  while (true) {
    if (is_gone(owner)) {
      return Failure{FailureKind::kPeer, fmt::format("process {} was closed", owner)};
    }
    const auto found = pending_.find(ticket.id);
    MURMUR_CHECK(found != pending_.end(), "ticket {} was waited for before", ticket.id);
    const Pending what = found->second;
    if (what.done) {
      forget(ticket.id);
      return Ok{};
    }
    if (is_gone(what.peer) || !in_time) {
      forget(ticket.id);
      return lost(owner,
                  what,
                  is_gone(what.peer) ? "that process is gone"
                                     : fmt::format("nothing came within {} ms", limit.count()));
    }
    in_time = changed_.wait_until(mutex_, deadline);
  }
}

void Mailbox::note_departure(int process) {
  {
    const Lock lock(mutex_);
    gone_[static_cast<std::size_t>(process)] = true;
  }
  changed_.notify_all();
}

void Mailbox::clear() {
  const Lock lock(mutex_);
  lines_.clear();
  pending_.clear();
}

}  // namespace

class Hub::World {
 public:
  World(int processes, std::chrono::milliseconds wait_limit)
      : wait_limit_(wait_limit), taken_(static_cast<std::size_t>(processes), false) {
    for (int process = 0; process < processes; ++process) {
      mailboxes_.push_back(std::make_unique<Mailbox>(processes));
    }
  }

  int processes() const { return static_cast<int>(mailboxes_.size()); }
  std::chrono::milliseconds wait_limit() const { return wait_limit_; }
  Mailbox& mailbox(int process) {
    MURMUR_CHECK(process >= 0 && process < processes(), "process {} of {}", process, processes());
    return *mailboxes_[static_cast<std::size_t>(process)];
  }
  void take(int process) {
    const Lock lock(mutex_);
    MURMUR_CHECK(!taken_.at(static_cast<std::size_t>(process)), "process {} is taken", process);
    taken_[static_cast<std::size_t>(process)] = true;
  }
  void leave(int process) {
    for (const std::unique_ptr<Mailbox>& mailbox : mailboxes_) {
      mailbox->note_departure(process);
    }
    mailbox(process).clear();
  }

 private:
  const std::chrono::milliseconds wait_limit_;
  std::vector<std::unique_ptr<Mailbox>> mailboxes_;  // constant after construction
  Mutex mutex_;
  std::vector<bool> taken_ MURMUR_GUARDED_BY(mutex_);
};

class Hub::Port final : public Transport {
 public:
  Port(std::shared_ptr<World> world, int process) : world_(std::move(world)), process_(process) {}
  ~Port() override { world_->leave(process_); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  int process() const override { return process_; }
  int processes() const override { return world_->processes(); }

  Ticket send(int to, Tag tag, std::span<const std::byte> bytes) override {
    MURMUR_CHECK(to != process_, "process {} sends to itself", process_);
    const bool delivered = world_->mailbox(to).deliver(process_, to, tag, bytes);
    return mailbox().add_send(to, tag, delivered);
  }
  Ticket receive(int from, Tag tag, std::span<std::byte> bytes) override {
    MURMUR_CHECK(from != process_ && from >= 0 && from < processes(), "from process {}", from);
    return mailbox().post(from, tag, bytes);
  }
  Status wait(Ticket ticket) override {
    return mailbox().wait(ticket, process_, world_->wait_limit());
  }

 private:
  Mailbox& mailbox() { return world_->mailbox(process_); }

  std::shared_ptr<World> world_;
  int process_;
};

Hub::Hub(int processes, std::chrono::milliseconds wait_limit)
    : world_(std::make_shared<World>(processes, wait_limit)) {
  MURMUR_CHECK(processes >= 1, "a hub of {} processes", processes);
}

Hub::~Hub() = default;

std::unique_ptr<Transport> Hub::transport(int process) {
  world_->take(process);
  return std::make_unique<Port>(world_, process);
}

void Hub::close(int process) {
  world_->leave(process);
}

}  // namespace murmur::comm
