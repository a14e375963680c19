// SPDX-License-Identifier: Apache-2.0
// How many times a waiting thread polls, yielding its core after each poll, before it sleeps.
// Adapts to the lengths of recent waits: a few polls where waits are long, and where they are short
// enough polls to cover the transfer of 1 MB within a host (0.3 ms). Where processes outnumber
// cores, all waits are long.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

namespace murmur::comm {

class AdaptiveSpin {
 public:
  static constexpr int kMinCount = 8;

  int count() const { return count_; }
  // `waited`: the length of a wait that the first poll did not end.
  void observe(std::chrono::nanoseconds waited) {
    const int before = count_;
    count_ =
        waited < kShortWait ? std::min(kMaxCount, before * 2) : std::max(kMinCount, before / 2);
  }

 private:
  static constexpr int kMaxCount = 1000;
  static constexpr std::chrono::milliseconds kShortWait{1};

  std::atomic<int> count_ = kMaxCount;
};

}  // namespace murmur::comm
