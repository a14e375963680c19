// SPDX-License-Identifier: Apache-2.0
// What a thread does between two looks at MPI: first it gives the core away to whoever needs it,
// then it sleeps, longer and longer while nothing happens. Where processes are more than cores it
// sleeps longer: whoever wakes up stops another one who computes.
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>
#include <utility>

namespace murmur::comm {

class Backoff {
 public:
  // `looks`: how many before the first sleep.
  Backoff(int looks, bool is_crowded)
      : looks_(looks),
        shortest_(is_crowded ? 100 : 10),
        longest_(is_crowded ? 1000 : 250),
        worked_(time_worked()) {}

  void rest() {
    const std::chrono::nanoseconds before = std::exchange(worked_, time_worked());
    if (worked_ - before > kIdleLook) {
      start_again();
    } else if (looked_ < looks_) {
      ++looked_;
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(nap_);
      nap_ = std::min(longest_, nap_ * 3 / 2);
    }
  }
  void start_again() {
    looked_ = 0;
    nap_ = shortest_;
  }

 private:
  // A look that works for longer has copied a piece of a message, and the next one may be there:
  // MPICH says nothing before the last.
  static constexpr std::chrono::microseconds kIdleLook{100};

  // The processor's time, of this thread.
  static std::chrono::nanoseconds time_worked() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }

  int looks_;
  int looked_ = 0;
  std::chrono::microseconds shortest_;
  std::chrono::microseconds longest_;
  std::chrono::microseconds nap_ = shortest_;
  std::chrono::nanoseconds worked_;
};

}  // namespace murmur::comm
