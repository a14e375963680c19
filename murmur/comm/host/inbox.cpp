// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/host/inbox.h"

#include <utility>

namespace murmur::comm {

Inbox::Inbox(SharedMemory board, std::int64_t system_process, int me)
    : board_(std::move(board)),
      system_process_(system_process),
      lane_(&this->board()->lane_to(me)) {}

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

Result<Inbox::Message> Inbox::read(const Letter& letter) {
  Message message;
  const auto slips = map(letter.slip_file, letter.slip_memory_bytes);
  if (!slips) {
    return slips.failure();
  }
  message.slip = reinterpret_cast<Completion*>(slips.value().data() + letter.slip_offset);
  const auto memory = map(letter.file, letter.memory_bytes);
  if (!memory) {
    return memory.failure();
  }
  message.bytes = memory.value().subspan(letter.offset, letter.bytes);
  return message;
}

Status Inbox::poll() {
  while (true) {
    Letter& letter = lane_->letters[next_];
    if (!letter.is_posted.load(std::memory_order_acquire)) {
      return Ok{};
    }
    const auto read = this->read(letter);
    if (!read) {
      return read.failure();
    }
    const Message& message = read.value();
    Line& line = lines_[letter.tag];
    if (line.tickets.empty()) {
      line.messages.push_back(message);
    } else {
      found_.emplace(line.tickets.front(), message);
      line.tickets.pop_front();
    }
    letter.is_posted.store(false, std::memory_order_release);
    next_ = (next_ + 1) % Ring::kLetters;
  }
}

void Inbox::ask(std::uint64_t ticket, Tag tag) {
  Line& line = lines_[tag];
  if (line.messages.empty()) {
    line.tickets.push_back(ticket);
  } else {
    found_.emplace(ticket, line.messages.front());
    line.messages.pop_front();
  }
}

const Inbox::Message* Inbox::find(std::uint64_t ticket) const {
  const auto found = found_.find(ticket);
  return found == found_.end() ? nullptr : &found->second;
}

void Inbox::release(std::uint64_t ticket) {
  const auto found = found_.find(ticket);
  if (found != found_.end()) {
    found->second.slip->has_read.store(true, std::memory_order_release);
    lane_->returned.ring();
    found_.erase(found);
  }
}

}  // namespace murmur::comm
