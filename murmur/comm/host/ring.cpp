// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/host/ring.h"

#include <climits>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace murmur::comm {
namespace {

// The word is shared between processes, so FUTEX_PRIVATE_FLAG is not set.
void futex(std::atomic<std::uint32_t>* word,
           int operation,
           std::uint32_t value,
           const timespec* limit) {
  syscall(SYS_futex, word, operation, value, limit, nullptr, 0);
}

}  // namespace

void EventCount::notify() {
  count_.fetch_add(1);
  if (waiters_.load() > 0) {
    futex(&count_, FUTEX_WAKE, INT_MAX, nullptr);
  }
}

void EventCount::wait(std::uint32_t epoch, std::chrono::nanoseconds limit) {
  constexpr std::int64_t kPerSecond = 1'000'000'000;
  timespec time{};
  time.tv_sec = limit.count() / kPerSecond;
  time.tv_nsec = limit.count() % kPerSecond;
  waiters_.fetch_add(1);
  futex(&count_, FUTEX_WAIT, epoch, &time);
  waiters_.fetch_sub(1);
}

}  // namespace murmur::comm
