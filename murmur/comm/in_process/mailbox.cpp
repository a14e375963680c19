// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/in_process/mailbox.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "murmur/core/check.h"

namespace murmur::comm {
namespace {

void copy(std::span<const std::byte> bytes, const Pending& receive) {
  MURMUR_CHECK(bytes.size() == receive.into.size(),
               "{} bytes from process {} with tag {} where {} are received",
               bytes.size(),
               receive.peer,
               receive.tag,
               receive.into.size());
  std::copy(bytes.begin(), bytes.end(), receive.into.begin());
}

Failure peer_failure(int owner, const Pending& what, const std::string& why) {
  return {FailureKind::kPeer,
          fmt::format("process {} waited to {} process {} with tag {}: {}",
                      owner,
                      what.is_send ? "send a message to" : "receive a message from",
                      what.peer,
                      what.tag,
                      why)};
}

}  // namespace

bool Mailbox::deliver(int from, int owner, Tag tag, std::span<const std::byte> bytes) {
  {
    const Lock lock(mutex_);
    if (is_gone(owner) || is_gone(from)) {
      return false;
    }
    if (failure_) {
      return true;  // no wait can succeed any more
    }
    Channel& channel = channels_[{from, tag}];
    if (channel.posted.empty()) {
      channel.messages.emplace_back(bytes.begin(), bytes.end());
      return true;
    }
    Pending& receive = pending_.at(channel.posted.front());
    channel.posted.pop_front();
    drop_if_empty(from, tag);
    copy(bytes, receive);
    receive.done = true;
  }
  changed_.notify_all();
  return true;
}

Ticket Mailbox::add(Pending pending) {
  const std::uint64_t id = next_id_++;
  pending_.emplace(id, std::move(pending));
  return {id};
}

Ticket Mailbox::add_send(int to, Tag tag, bool delivered) {
  const Lock lock(mutex_);
  return add(
      {.is_send = true, .done = delivered, .peer = to, .tag = tag, .into = {}, .memory = {}});
}

Ticket Mailbox::post(int from, Tag tag, std::span<std::byte> into, Memory memory) {
  const Lock lock(mutex_);
  Pending receive{.is_send = false,
                  .done = false,
                  .peer = from,
                  .tag = tag,
                  .into = into,
                  .memory = std::move(memory)};
  if (failure_) {
    return add(std::move(receive));
  }
  Channel& channel = channels_[{from, tag}];
  if (channel.messages.empty()) {
    const Ticket ticket = add(std::move(receive));
    channel.posted.push_back(ticket.id);
    return ticket;
  }
  copy(channel.messages.front(), receive);
  channel.messages.pop_front();
  drop_if_empty(from, tag);
  receive.done = true;
  return add(std::move(receive));
}

// A run may use many tags one after the other, so a channel exists only while it is not empty.
void Mailbox::drop_if_empty(int from, Tag tag) {
  const auto channel = channels_.find({from, tag});
  if (channel->second.messages.empty() && channel->second.posted.empty()) {
    channels_.erase(channel);
  }
}

// From here on nothing is written to the destination of that receive.
void Mailbox::forget(std::uint64_t id) {
  const Pending& what = pending_.at(id);
  if (!what.is_send && !what.done) {
    std::deque<std::uint64_t>& posted = channels_[{what.peer, what.tag}].posted;
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
    if (failure_) {
      return *failure_;
    }
    const auto found = pending_.find(ticket.id);
    MURMUR_CHECK(found != pending_.end(), "ticket {} was waited for before", ticket.id);
    const Pending& what = found->second;
    if (what.done) {
      forget(ticket.id);
      return Ok{};
    }
    if (is_gone(what.peer) || !in_time) {
      const Failure failure = peer_failure(
          owner,
          what,
          is_gone(what.peer) ? "that process is gone"
                             : fmt::format("nothing came within {} ms", limit.count()));
      forget(ticket.id);
      return failure;
    }
    in_time = changed_.wait_until(mutex_, deadline);
  }
}

bool Mailbox::is_done(Ticket ticket) {
  const Lock lock(mutex_);
  const auto found = pending_.find(ticket.id);
  return failure_ || found == pending_.end() || found->second.done || is_gone(found->second.peer);
}

void Mailbox::fail(const Failure& failure) {
  {
    const Lock lock(mutex_);
    if (!failure_) {
      failure_ = failure;
      channels_.clear();  // from here on nothing is written to the destinations of receives
      pending_.clear();
    }
  }
  changed_.notify_all();
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
  channels_.clear();
  pending_.clear();
}

void NoticeQueue::put(int from, const Notice& notice) {
  {
    const Lock lock(mutex_);
    notices_.emplace_back(from, notice);
  }
  changed_.notify_all();
}

void NoticeQueue::set_handler(NoticeHandler handler) {
  if (thread_.joinable()) {
    {
      const Lock lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  if (handler) {
    const Lock lock(mutex_);
    stopping_ = false;
    thread_ = std::thread([this, handler = std::move(handler)] { run(handler); });
  }
}

void NoticeQueue::run(const NoticeHandler& handler) {
  while (true) {
    std::pair<int, Notice> next;
    {
      const Lock lock(mutex_);
      while (notices_.empty() && !stopping_) {
        changed_.wait(mutex_);
      }
      if (stopping_) {
        return;
      }
      next = std::move(notices_.front());
      notices_.pop_front();
    }
    handler(next.first, next.second);
  }
}

}  // namespace murmur::comm
