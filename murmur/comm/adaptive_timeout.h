// SPDX-License-Identifier: Apache-2.0
// The time to wait for other processes before they count as lost, learned from the durations of
// past rounds. Work between two rounds (an evaluation, a checkpoint) counts towards the first.
#pragma once

#include <algorithm>
#include <chrono>

namespace murmur::comm {

class AdaptiveTimeout {
 public:
  // `floor`: a lower bound on limit().
  explicit AdaptiveTimeout(std::chrono::milliseconds floor) : floor_(floor) {}

  // The first round is ignored: it includes the wait for the process that started last.
  void observe(std::chrono::steady_clock::duration round) {
    if (rounds_++ > 0) {
      longest_ = std::max(longest_, round);
      mean_ += (round - mean_) / kAveragedRounds;
    }
  }

  // Before the first round there is no measurement, and other processes may still be reading their
  // data.
  std::chrono::milliseconds limit() const {
    const Duration learned = rounds_ == 0 ? kInitialLimit : std::max(2 * longest_, 10 * mean_);
    return std::max(floor_, std::chrono::duration_cast<std::chrono::milliseconds>(learned));
  }

 private:
  using Duration = std::chrono::steady_clock::duration;
  static constexpr int kAveragedRounds = 8;  // rounds: time constant of the running mean
  static constexpr Duration kInitialLimit = std::chrono::minutes(2);

  std::chrono::milliseconds floor_;
  long rounds_ = 0;
  Duration longest_ = Duration::zero();
  Duration mean_ = Duration::zero();
};

}  // namespace murmur::comm
