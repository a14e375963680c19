// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/host/outbox.h"

#include <algorithm>

namespace murmur::comm {

Result<Completion*> Outbox::post(const Message& message) {
  const auto slot = completions_->take();
  if (!slot) {
    return slot.failure();
  }
  slot.value().completion->written.store(message.written, std::memory_order_relaxed);
  if (message.copy) {
    copies_.push_back({slot.value(), *message.copy});
  } else {
    published_.emplace(message.ticket, slot.value());
  }
  queued_.push_back({message, slot.value()});
  flush();
  return slot.value().completion;
}

void Outbox::flush() {
  while (!copies_.empty() &&
         copies_.front().slot.completion->has_read.load(std::memory_order_acquire)) {
    heap_->release(copies_.front().block);
    completions_->release(copies_.front().slot);
    copies_.pop_front();
  }
  while (!queued_.empty() && write(queued_.front())) {
    queued_.pop_front();
  }
}

bool Outbox::write(const Queued& queued) {
  Descriptor& descriptor = ring_->descriptors[next_];
  if (descriptor.is_posted.load(std::memory_order_acquire)) {
    return false;
  }
  descriptor.tag = queued.message.tag;
  descriptor.file = queued.message.memory.file;
  descriptor.memory_bytes = queued.message.memory.bytes;
  descriptor.offset = queued.message.offset;
  descriptor.bytes = queued.message.bytes;
  descriptor.completion_file = queued.slot.memory.file;
  descriptor.completion_memory_bytes = queued.slot.memory.bytes;
  descriptor.completion_offset = queued.slot.offset;
  descriptor.is_posted.store(true, std::memory_order_release);
  next_ = (next_ + 1) % Ring::kDescriptors;
  ring_->posted.notify();
  return true;
}

bool Outbox::forget_if_read(std::uint64_t ticket) {
  const auto found = published_.find(ticket);
  if (!found->second.completion->has_read.load(std::memory_order_acquire)) {
    return false;
  }
  completions_->release(found->second);
  published_.erase(found);
  return true;
}

bool Outbox::all_taken() const {
  return queued_.empty() &&
         std::none_of(ring_->descriptors.begin(),
                      ring_->descriptors.end(),
                      [](const Descriptor& descriptor) { return descriptor.is_posted.load(); });
}

}  // namespace murmur::comm
