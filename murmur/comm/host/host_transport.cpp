// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/host/host_transport.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "murmur/core/check.h"

namespace murmur::comm {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kHeartbeat{20};
constexpr milliseconds kHeartbeatWhenFull{1};
constexpr milliseconds kDrainLimit{500};
// A long message is written in pieces while the receiver reads. A piece fits in a core's cache.
constexpr std::size_t kPiece = std::size_t{64} << 10U;  // bytes

SharedSegment& segment_in(const SharedMemory& memory) {
  return *reinterpret_cast<SharedSegment*>(memory.bytes().data());
}

// Writes the rest of a posted message after its first piece.
void write_rest(std::span<const std::byte> from,
                std::span<std::byte> into,
                Completion& completion,
                EventCount& events) {
  for (std::size_t at = kPiece; at < from.size(); at += kPiece) {
    const std::size_t end = std::min(from.size(), at + kPiece);
    std::copy(from.data() + at, from.data() + end, into.data() + at);
    completion.written.store(end, std::memory_order_release);
    events.notify();
  }
}

}  // namespace

HostTransport::HostTransport(std::unique_ptr<Transport> below,
                             SharedMemory segment,
                             std::vector<Neighbor> neighbors)
    : below_(std::move(below)), segment_(std::move(segment)) {
  for (Neighbor& each : neighbors) {
    neighbors_.emplace(
        each.process,
        std::make_unique<Peer>(Peer{
            .out = Outbox(&segment_in(segment_).ring_to(each.process), &heap_, &completions_),
            .in = Inbox(std::move(each.segment), each.system_process, process()),
        }));
  }
  thread_ = std::thread([this] {
    try {
      send_heartbeats();
    } catch (const std::exception& error) {
      fail({FailureKind::kInvalid, error.what()});
    }
  });
}

HostTransport::~HostTransport() {
  const auto limit = Clock::now() + kDrainLimit;
  bool all_taken = false;
  while (!all_taken && Clock::now() < limit) {
    {
      const Lock lock(mutex_);
      all_taken = true;
      for (const auto& [process, peer] : neighbors_) {
        peer->out.flush();
        all_taken = all_taken && (failure_ || peer->in.has_left() || peer->out.all_taken());
      }
    }
    if (!all_taken) {
      std::this_thread::sleep_for(milliseconds(1));
    }
  }
  {
    const Lock lock(mutex_);
    closing_ = true;
  }
  closing_changed_.notify_all();
  thread_.join();
  // Sends the pending notices, and waits for processes that still read views published here.
  below_.reset();
  segment_in(segment_).has_left = true;
  for (const auto& [process, peer] : neighbors_) {
    peer->out.posted().notify();
    peer->in.completed().notify();
  }
}

void HostTransport::send_heartbeats() {
  while (true) {
    const Lock lock(mutex_);
    milliseconds pause = kHeartbeat;
    for (const auto& [process, peer] : neighbors_) {
      peer->out.flush();
      pause = peer->out.is_full() ? kHeartbeatWhenFull : pause;
      poll(process);
    }
    segment_in(segment_).heartbeat.fetch_add(1);
    const auto next = Clock::now() + pause;
    while (!closing_ && closing_changed_.wait_until(mutex_, next)) {
    }
    if (closing_) {
      return;
    }
  }
}

void HostTransport::poll(int process) {
  Peer& from = peer(process);
  const std::uint64_t heartbeat = from.in.heartbeat();
  if (heartbeat != from.heartbeat) {
    from.heartbeat = heartbeat;
    from.last_seen = Clock::now();
  }
  if (const Status polled = from.in.poll(); !polled) {
    set_failure({FailureKind::kPeer, polled.failure().message});
  }
}

Ticket HostTransport::add(Item item) {
  const std::uint64_t id = kOwnTicket | next_id_++;
  items_.emplace(id, std::move(item));
  return {id};
}

Completion* HostTransport::post(int to, const Outbox::Message& message) {
  const auto posted = peer(to).out.post(message);
  if (!posted) {
    set_failure(posted.failure());
    return nullptr;
  }
  return posted.value();
}

Ticket HostTransport::send(int to, Tag tag, std::span<const std::byte> bytes, Memory memory) {
  if (!reaches(to)) {
    return below_->send(to, tag, bytes, std::move(memory));
  }
  bytes_sent_ += static_cast<std::int64_t>(bytes.size());
  const auto copy = [&] {
    const Lock lock(mutex_);
    return heap_.take(bytes.size());
  }();
  const Item sent{.kind = Kind::kSent, .peer = to, .tag = tag, .is_done = true};
  if (!copy) {
    const Lock lock(mutex_);
    set_failure(copy.failure());
    return add(sent);
  }
  const std::span<const std::byte> first = bytes.first(std::min(kPiece, bytes.size()));
  std::copy(first.begin(), first.end(), copy.value().bytes.begin());
  Completion* completion = nullptr;
  EventCount* events = nullptr;
  Ticket ticket;
  {
    const Lock lock(mutex_);
    completion = post(to,
                      {.tag = tag,
                       .memory = copy.value().memory,
                       .offset = copy.value().offset,
                       .bytes = bytes.size(),
                       .written = first.size(),
                       .copy = copy.value()});
    events = &peer(to).out.posted();
    ticket = add(sent);
  }
  if (completion != nullptr) {
    write_rest(bytes, copy.value().bytes, *completion, *events);
  }
  return ticket;
}

Ticket HostTransport::receive(int from, Tag tag, std::span<std::byte> bytes, Memory memory) {
  if (!reaches(from)) {
    return below_->receive(from, tag, bytes, std::move(memory));
  }
  const Lock lock(mutex_);
  const Ticket ticket = add({.kind = Kind::kReceive,
                             .peer = from,
                             .tag = tag,
                             .into = bytes,
                             .memory = std::move(memory)});
  peer(from).in.post_receive(ticket.id, tag);
  return ticket;
}

Result<std::span<std::byte>> HostTransport::take(std::size_t bytes) {
  const Lock lock(mutex_);
  const auto block = heap_.take(bytes);
  if (!block) {
    return block.failure();
  }
  taken_.emplace(block.value().bytes.data(), block.value());
  return block.value().bytes.first(bytes);
}

void HostTransport::release(std::span<std::byte> memory) {
  const Lock lock(mutex_);
  const auto found = taken_.find(memory.data());
  MURMUR_CHECK(found != taken_.end(), "{} bytes that were not taken", memory.size());
  heap_.release(found->second);
  taken_.erase(found);
}

Ticket HostTransport::publish(int to, Tag tag, std::span<const std::byte> bytes) {
  bytes_sent_ += static_cast<std::int64_t>(bytes.size());
  const Lock lock(mutex_);
  const auto after = taken_.upper_bound(bytes.data());
  MURMUR_CHECK(after != taken_.begin(), "{} bytes from elsewhere", bytes.size());
  const SharedHeap::Block& block = std::prev(after)->second;
  const auto begin = static_cast<std::uint64_t>(bytes.data() - block.bytes.data());
  MURMUR_CHECK(begin + bytes.size() <= block.bytes.size(), "{} bytes from elsewhere", bytes.size());
  const Ticket ticket = add({.kind = Kind::kPublished, .peer = to, .tag = tag});
  post(to,
       {.tag = tag,
        .memory = block.memory,
        .offset = block.offset + begin,
        .bytes = bytes.size(),
        .written = bytes.size(),
        .ticket = ticket.id});
  return ticket;
}

Ticket HostTransport::acquire(int from, Tag tag) {
  const Lock lock(mutex_);
  const Ticket ticket = add({.kind = Kind::kAcquire, .peer = from, .tag = tag});
  peer(from).in.post_receive(ticket.id, tag);
  return ticket;
}

std::span<const std::byte> HostTransport::view(Ticket ticket) {
  const Lock lock(mutex_);
  const Inbox::Message* message = peer(items_.at(ticket.id).peer).in.find(ticket.id);
  MURMUR_CHECK(message != nullptr, "ticket {} was not waited for", ticket.id);
  return message->bytes;
}

void HostTransport::release(Ticket ticket) {
  const Lock lock(mutex_);
  peer(items_.at(ticket.id).peer).in.release(ticket.id);
  items_.erase(ticket.id);
}

void HostTransport::set_failure(const Failure& failure) {
  if (!failure_) {
    failure_ = failure;
    below_->fail(failure);
  }
}

void HostTransport::fail(const Failure& failure) {
  const Lock lock(mutex_);
  set_failure(failure);
}

void HostTransport::set_wait_limit(milliseconds limit) {
  limit_ms_ = limit.count();
  below_->set_wait_limit(limit);
}

}  // namespace murmur::comm
