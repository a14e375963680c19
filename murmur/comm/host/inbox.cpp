// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/host/inbox.h"

#include <utility>

namespace murmur::comm {

Inbox::Inbox(SharedMemory segment, std::int64_t system_process, int me)
    : segment_(std::move(segment)),
      system_process_(system_process),
      ring_(&this->segment()->ring_to(me)) {}

Result<std::span<std::byte>> Inbox::map(std::int32_t file, std::uint64_t bytes) {
  auto memory = memories_.find(file);
  if (memory == memories_.end()) {
    auto opened = SharedMemory::open({.process = system_process_, .file = file, .bytes = bytes});
    if (!opened) {
      return opened.failure();
    }
    memory = memories_.emplace(file, std::move(opened).value()).first;
  }
  return memory->second.bytes();
}

Result<Inbox::Message> Inbox::read(const Descriptor& descriptor) {
  Message message;
  const auto completions = map(descriptor.completion_file, descriptor.completion_memory_bytes);
  if (!completions) {
    return completions.failure();
  }
  message.completion =
      reinterpret_cast<Completion*>(completions.value().data() + descriptor.completion_offset);
  const auto memory = map(descriptor.file, descriptor.memory_bytes);
  if (!memory) {
    return memory.failure();
  }
  message.bytes = memory.value().subspan(descriptor.offset, descriptor.bytes);
  return message;
}

Status Inbox::poll() {
  while (true) {
    Descriptor& descriptor = ring_->descriptors[next_];
    if (!descriptor.is_posted.load(std::memory_order_acquire)) {
      return Ok{};
    }
    const auto read = this->read(descriptor);
    if (!read) {
      return read.failure();
    }
    const Message& message = read.value();
    Channel& channel = channels_[descriptor.tag];
    if (channel.tickets.empty()) {
      channel.messages.push_back(message);
    } else {
      matched_.emplace(channel.tickets.front(), message);
      channel.tickets.pop_front();
    }
    descriptor.is_posted.store(false, std::memory_order_release);
    next_ = (next_ + 1) % Ring::kDescriptors;
  }
}

void Inbox::post_receive(std::uint64_t ticket, Tag tag) {
  Channel& channel = channels_[tag];
  if (channel.messages.empty()) {
    channel.tickets.push_back(ticket);
  } else {
    matched_.emplace(ticket, channel.messages.front());
    channel.messages.pop_front();
  }
}

const Inbox::Message* Inbox::find(std::uint64_t ticket) const {
  const auto found = matched_.find(ticket);
  return found == matched_.end() ? nullptr : &found->second;
}

void Inbox::release(std::uint64_t ticket) {
  const auto found = matched_.find(ticket);
  if (found != matched_.end()) {
    found->second.completion->has_read.store(true, std::memory_order_release);
    ring_->completed.notify();
    matched_.erase(found);
  }
}

}  // namespace murmur::comm
