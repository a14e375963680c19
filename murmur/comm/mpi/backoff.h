// SPDX-License-Identifier: Apache-2.0
// The pause of a thread between two polls of MPI: at first it yields its core, then it sleeps, for
// longer and longer while nothing happens. With more processes than cores the sleeps are longer,
// because a thread that wakes up interrupts another one that computes.
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>
#include <utility>

namespace murmur::comm {

class Backoff {
 public:
  // `polls`: number of polls before the first sleep.
  Backoff(int polls, bool is_oversubscribed)
      : max_polls_(polls),
        shortest_(is_oversubscribed ? 100 : 10),
        longest_(is_oversubscribed ? 1000 : 250),
        cpu_time_(thread_cpu_time()) {}

  void pause() {
    const std::chrono::nanoseconds before = std::exchange(cpu_time_, thread_cpu_time());
    if (cpu_time_ - before > kIdlePoll) {
      reset();
    } else if (polls_ < max_polls_) {
      ++polls_;
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(sleep_);
      sleep_ = std::min(longest_, sleep_ * 3 / 2);
    }
  }
  void reset() {
    polls_ = 0;
    sleep_ = shortest_;
  }

 private:
  // A poll that takes more CPU time has copied a part of a message, and the next part may be there
  // already: MPICH reports nothing before the last part.
  static constexpr std::chrono::microseconds kIdlePoll{100};

  // CPU time of this thread.
  static std::chrono::nanoseconds thread_cpu_time() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }

  int max_polls_;
  int polls_ = 0;
  std::chrono::microseconds shortest_;
  std::chrono::microseconds longest_;
  std::chrono::microseconds sleep_ = shortest_;
  std::chrono::nanoseconds cpu_time_;
};

}  // namespace murmur::comm
