// SPDX-License-Identifier: Apache-2.0
// When a wait has lasted too long. Half way the other process is asked whether it is there at all.
// One that answers may be waiting for a third one itself, and that one is to be named: so it gets
// more time, though not for ever.
#pragma once

#include <chrono>
#include <string>

#include <fmt/format.h>

namespace murmur::comm {

class LivenessDeadline {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Verdict { kGoOn, kAsk, kGiveUp };

  LivenessDeadline(Clock::time_point begun, std::chrono::milliseconds limit)
      : limit_(limit), begun_(begun), asked_(begun), deadline_(begun + limit) {}

  // `answered`: when the other one was last heard of.
  Verdict check(Clock::time_point now, Clock::time_point answered) {
    if (!has_asked_ && now >= begun_ + limit_ / 2) {
      has_asked_ = true;
      asked_ = now;
      return Verdict::kAsk;
    }
    if (now < deadline_) {
      return Verdict::kGoOn;
    }
    answers_ = answered > asked_;
    if (answers_ && now < begun_ + kMostTimes * limit_) {
      deadline_ = now + limit_;
      asked_ = now;
      return Verdict::kAsk;
    }
    waited_s_ = std::chrono::duration<double>(now - begun_).count();
    return Verdict::kGiveUp;
  }

  // Why it gave up.
  std::string reason() const {
    return fmt::format("nothing came for {:.3g} s, {}",
                       waited_s_,
                       answers_ ? "though it answers" : "and it does not answer");
  }

 private:
  static constexpr int kMostTimes = 4;  // as long as the limit, while the other one answers

  std::chrono::milliseconds limit_;
  Clock::time_point begun_;
  Clock::time_point asked_;
  Clock::time_point deadline_;
  bool has_asked_ = false;
  bool answers_ = false;
  double waited_s_ = 0;
};

}  // namespace murmur::comm
