// SPDX-License-Identifier: Apache-2.0
// How often those who wait look, the core given away to whoever needs it, before they sleep: a few
// times, or, where waits are short, for as long as 1 MB takes within a host (0.3 ms). Where
// processes are more than cores, all waits are long.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

namespace murmur::comm {

class AdaptiveSpin {
 public:
  static constexpr int kFew = 8;

  int count() const { return count_; }
  // How long somebody has waited who did not find it done at his first look.
  void learn(std::chrono::nanoseconds waited) {
    const int before = count_;
    count_ = waited < kAShortWait ? std::min(kMany, before * 2) : std::max(kFew, before / 2);
  }

 private:
  static constexpr int kMany = 1000;
  static constexpr std::chrono::milliseconds kAShortWait{1};

  std::atomic<int> count_ = kMany;
};

}  // namespace murmur::comm
