// SPDX-License-Identifier: Apache-2.0
// How long to wait for others before they count as lost: learnt from how long rounds have taken.
// What happens between two rounds (an evaluation, a checkpoint) belongs to the round before.
#pragma once

#include <algorithm>
#include <chrono>

namespace murmur::comm {

class AdaptiveTimeout {
 public:
  // `floor`: never less than this.
  explicit AdaptiveTimeout(std::chrono::milliseconds floor) : floor_(floor) {}

  // The first round is not counted: it waits for whoever started last.
  void observe(std::chrono::steady_clock::duration round) {
    if (rounds_++ > 0) {
      longest_ = std::max(longest_, round);
      mean_ += (round - mean_) / kRemembered;
    }
  }

  // Before the first round nothing is known, and others may still be reading their data.
  std::chrono::milliseconds limit() const {
    const Duration learnt = rounds_ == 0 ? kUnknown : std::max(2 * longest_, 10 * mean_);
    return std::max(floor_, std::chrono::duration_cast<std::chrono::milliseconds>(learnt));
  }

 private:
  using Duration = std::chrono::steady_clock::duration;
  static constexpr int kRemembered = 8;  // rounds, about
  static constexpr Duration kUnknown = std::chrono::minutes(2);

  std::chrono::milliseconds floor_;
  long rounds_ = 0;
  Duration longest_ = Duration::zero();
  Duration mean_ = Duration::zero();
};

}  // namespace murmur::comm
