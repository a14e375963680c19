// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/host/outbox.h"

#include <algorithm>

namespace murmur::comm {

Result<Completion*> Outbox::post(const Message& message) {
  const auto slip = slips_->take();
  if (!slip) {
    return slip.failure();
  }
  slip.value().slip->written.store(message.written, std::memory_order_relaxed);
  if (message.copy) {
    copies_.push_back({slip.value(), *message.copy});
  } else {
    lends_.emplace(message.publish, slip.value());
  }
  kept_.push_back({message, slip.value()});
  flush();
  return slip.value().slip;
}

void Outbox::flush() {
  while (!copies_.empty() && copies_.front().slip.slip->has_read.load(std::memory_order_acquire)) {
    heap_->release(copies_.front().block);
    slips_->release(copies_.front().slip);
    copies_.pop_front();
  }
  while (!kept_.empty() && put(kept_.front())) {
    kept_.pop_front();
  }
}

bool Outbox::put(const Kept& kept) {
  Letter& letter = lane_->letters[next_];
  if (letter.is_posted.load(std::memory_order_acquire)) {
    return false;
  }
  letter.tag = kept.message.tag;
  letter.file = kept.message.memory.file;
  letter.memory_bytes = kept.message.memory.bytes;
  letter.offset = kept.message.offset;
  letter.bytes = kept.message.bytes;
  letter.slip_file = kept.slip.memory.file;
  letter.slip_memory_bytes = kept.slip.memory.bytes;
  letter.slip_offset = kept.slip.offset;
  letter.is_posted.store(true, std::memory_order_release);
  next_ = (next_ + 1) % Ring::kLetters;
  lane_->posted.ring();
  return true;
}

bool Outbox::has_returned(std::uint64_t publish) {
  const auto found = lends_.find(publish);
  if (!found->second.slip->has_read.load(std::memory_order_acquire)) {
    return false;
  }
  slips_->release(found->second);
  lends_.erase(found);
  return true;
}

bool Outbox::all_taken() const {
  return kept_.empty() &&
         std::none_of(lane_->letters.begin(), lane_->letters.end(), [](const Letter& letter) {
           return letter.is_posted.load();
         });
}

}  // namespace murmur::comm
