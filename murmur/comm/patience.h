// SPDX-License-Identifier: Apache-2.0
// How long to wait for others before they count as lost: learnt from how long rounds have taken.
// What happens between two rounds (an evaluation, a checkpoint) belongs to the round before.
#pragma once

#include <algorithm>
#include <chrono>

namespace murmur::comm {

class Patience {
 public:
  // `floor`: never less than this.
  explicit Patience(std::chrono::milliseconds floor) : floor_(floor) {}

  void observe(std::chrono::steady_clock::duration round) { longest_ = std::max(longest_, round); }

  // Before the first round nothing is known, and others may still be reading their data.
  std::chrono::milliseconds limit() const {
    const auto learnt = longest_ == longest_.zero() ? kUnknown : kTimes * longest_;
    return std::max(floor_, std::chrono::duration_cast<std::chrono::milliseconds>(learnt));
  }

 private:
  using Duration = std::chrono::steady_clock::duration;
  static constexpr int kTimes = 10;
  static constexpr Duration kUnknown = std::chrono::minutes(2);

  std::chrono::milliseconds floor_;
  Duration longest_ = Duration::zero();
};

}  // namespace murmur::comm
