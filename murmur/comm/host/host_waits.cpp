// SPDX-License-Identifier: Apache-2.0
// The waits of HostTransport: for receives, and for published and acquired views.
#include <algorithm>

#include <fmt/format.h>

#include "murmur/comm/host/host_transport.h"
#include "murmur/core/check.h"
#include "murmur/core/spin_until.h"

namespace murmur::comm {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestSleep{20};  // a failure is noticed within this time
constexpr milliseconds kNoticeGrace{200};  // for notices of a process that has left

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
    item.is_done = other.out.forget_if_read(id);
    return;
  }
  poll(item.peer);
  const Inbox::Message* message = other.in.find(id);
  item.is_done = message != nullptr && message->completion->written.load() == message->bytes.size();
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
  const std::size_t written = message->completion->written.load(std::memory_order_acquire);
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
  return item.kind == Kind::kPublished ? other.out.completed() : other.in.posted();
}

Status HostTransport::wait(Ticket ticket) {
  if ((ticket.id & kOwnTicket) == 0) {
    return below_->wait(ticket);
  }
  const Clock::time_point begun = Clock::now();
  LivenessDeadline deadline(begun, milliseconds(limit_ms_));
  bool has_polled = false;
  while (true) {
    EventCount* events = nullptr;
    {
      const Lock lock(mutex_);
      if (failure_) {
        return *failure_;
      }
      events = &event_count_of(items_.at(ticket.id));
    }
    const std::uint32_t epoch = events->epoch();
    const bool is_complete = complete(ticket.id);
    {
      const Lock lock(mutex_);
      const auto found = items_.find(ticket.id);
      if (is_complete) {
        if (found->second.kind != Kind::kAcquire) {
          items_.erase(found);
        }
        if (has_polled) {
          spin_.observe(Clock::now() - begun);
        }
        return Ok{};
      }
      check_liveness(deadline, ticket.id);
      if (failure_) {
        return *failure_;
      }
    }
    has_polled = true;
    spin_until(spin_.count(), [&] { return events->epoch() != epoch; });
    events->wait(epoch, std::min<milliseconds>(kLongestSleep, milliseconds(limit_ms_)));
  }
}

bool HostTransport::is_done(Ticket ticket) {
  if ((ticket.id & kOwnTicket) == 0) {
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

void HostTransport::check_liveness(LivenessDeadline& deadline, std::uint64_t id) {
  const Item& item = items_.at(id);
  Peer& other = peer(item.peer);
  const bool has_left = other.in.has_left();  // read before the last poll of its ring
  poll(item.peer);
  const Clock::time_point now = Clock::now();
  if (has_left && (item.kind == Kind::kPublished || other.in.find(id) == nullptr)) {
    if (!other.left_at) {
      other.left_at = now;
    } else if (now > *other.left_at + kNoticeGrace) {
      set_failure(peer_failure(item, "it has left"));
    }
  } else if (deadline.check(now, other.last_seen) == LivenessDeadline::Verdict::kGiveUp) {
    set_failure(peer_failure(item, deadline.reason()));
  }
}

Failure HostTransport::peer_failure(const Item& item, const std::string& why) const {
  const bool receives = item.kind == Kind::kReceive || item.kind == Kind::kAcquire;
  return {FailureKind::kPeer,
          fmt::format("process {} waited to {} process {}: {}",
                      process(),
                      receives ? "receive a message from" : "send a message to",
                      item.peer,
                      why)};
}

}  // namespace murmur::comm
