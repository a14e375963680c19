// SPDX-License-Identifier: Apache-2.0
// How those wait who have sent, lent, or asked for something.
#include <algorithm>

#include <fmt/format.h>

#include "murmur/comm/host/host_transport.h"
#include "murmur/core/check.h"
#include "murmur/core/spin_until.h"

namespace murmur::comm {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestSleep{20};   // a failure is noticed by then
constexpr milliseconds kForLastWords{200};  // what somebody who leaves has told may come later

}  // namespace

bool HostTransport::complete(std::uint64_t id) {
  std::optional<Piece> piece;
  while (true) {
    if (piece) {
      std::copy(piece->from.begin(), piece->from.end(), piece->into.begin());
    }
    const Lock lock(mutex_);
    Item& item = items_.at(id);
    if (piece) {
      has_copied(id, item, piece->from.size());
    }
    if (item.is_done || item.is_copying) {
      return item.is_done;
    }
    if (item.kind != Kind::kReceive) {
      poll(id, item);
      return item.is_done;
    }
    piece = next_piece(id, item);
    if (!piece) {
      return false;
    }
  }
}

void HostTransport::poll(std::uint64_t id, Item& item) {
  Peer& other = peer(item.peer);
  if (item.kind == Kind::kPublished) {
    other.out.flush();
    item.is_done = other.out.has_returned(id);
    return;
  }
  poll(item.peer);
  const Inbox::Message* message = other.in.find(id);
  item.is_done = message != nullptr && message->slip->written.load() == message->bytes.size();
}

std::optional<HostTransport::Piece> HostTransport::next_piece(std::uint64_t id, Item& item) {
  poll(item.peer);
  const Inbox::Message* message = peer(item.peer).in.find(id);
  if (message == nullptr) {
    return std::nullopt;
  }
  MURMUR_CHECK(message->bytes.size() == item.into.size(),
               "{} bytes with tag {} from process {}, {} expected",
               message->bytes.size(),
               item.tag,
               item.peer,
               item.into.size());
  const std::size_t written = message->slip->written.load(std::memory_order_acquire);
  if (written == item.copied && written < item.into.size()) {
    return std::nullopt;
  }
  item.is_copying = true;
  const std::size_t count = written - item.copied;
  return Piece{message->bytes.subspan(item.copied, count), item.into.subspan(item.copied, count)};
}

void HostTransport::has_copied(std::uint64_t id, Item& item, std::size_t bytes) {
  item.is_copying = false;
  item.copied += bytes;
  if (item.copied == item.into.size()) {
    item.is_done = true;
    peer(item.peer).in.release(id);
  }
}

EventCount& HostTransport::event_count_of(const Item& item) {
  Peer& other = peer(item.peer);
  return item.kind == Kind::kPublished ? other.out.returned() : other.in.posted();
}

Status HostTransport::wait(Ticket ticket) {
  if ((ticket.id & kMine) == 0) {
    return below_->wait(ticket);
  }
  const Clock::time_point begun = Clock::now();
  LivenessDeadline watch(begun, milliseconds(limit_ms_));
  bool has_looked = false;
  while (true) {
    EventCount* bell = nullptr;
    {
      const Lock lock(mutex_);
      if (failure_) {
        return *failure_;
      }
      bell = &event_count_of(items_.at(ticket.id));
    }
    const std::uint32_t epoch = bell->epoch();
    const bool is_complete = complete(ticket.id);
    {
      const Lock lock(mutex_);
      const auto found = items_.find(ticket.id);
      if (is_complete) {
        if (found->second.kind != Kind::kAcquire) {
          items_.erase(found);
        }
        if (has_looked) {
          looks_.learn(Clock::now() - begun);
        }
        return Ok{};
      }
      keep_watch(watch, ticket.id);
      if (failure_) {
        return *failure_;
      }
    }
    has_looked = true;
    spin_until(looks_.count(), [&] { return bell->epoch() != epoch; });
    bell->sleep(epoch, std::min<milliseconds>(kLongestSleep, milliseconds(limit_ms_)));
  }
}

bool HostTransport::is_done(Ticket ticket) {
  if ((ticket.id & kMine) == 0) {
    return below_->is_done(ticket);
  }
  {
    const Lock lock(mutex_);
    if (failure_) {
      return true;
    }
  }
  return complete(ticket.id);
}

void HostTransport::keep_watch(LivenessDeadline& watch, std::uint64_t id) {
  const Item& item = items_.at(id);
  Peer& other = peer(item.peer);
  const bool has_left = other.in.has_left();  // before the last look at what it sent
  poll(item.peer);
  const Clock::time_point now = Clock::now();
  if (has_left && (item.kind == Kind::kPublished || other.in.find(id) == nullptr)) {
    if (!other.left) {
      other.left = now;
    } else if (now > *other.left + kForLastWords) {
      set_failure(lost(item, "it has left"));
    }
  } else if (watch.check(now, other.answered) == LivenessDeadline::Verdict::kGiveUp) {
    set_failure(lost(item, watch.reason()));
  }
}

Failure HostTransport::lost(const Item& item, const std::string& why) const {
  const bool receives = item.kind == Kind::kReceive || item.kind == Kind::kAcquire;
  return {FailureKind::kPeer,
          fmt::format("process {} waited to {} process {}: {}",
                      process(),
                      receives ? "receive a message from" : "send a message to",
                      item.peer,
                      why)};
}

}  // namespace murmur::comm
