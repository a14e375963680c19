// SPDX-License-Identifier: Apache-2.0
// Decides when a wait for another process has lasted too long. After half the limit the other
// process is pinged. If it answers, it may itself be waiting for a third process, and the error
// should name that third one; so the deadline is extended, up to kMaxExtension times the limit.
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

  // `last_seen`: when the other process last showed that it is alive. kAsk: the caller pings it.
  Verdict check(Clock::time_point now, Clock::time_point last_seen) {
    if (!has_asked_ && now >= begun_ + limit_ / 2) {
      has_asked_ = true;
      asked_ = now;
      return Verdict::kAsk;
    }
    if (now < deadline_) {
      return Verdict::kGoOn;
    }
    answers_ = last_seen > asked_;
    if (answers_ && now < begun_ + kMaxExtension * limit_) {
      deadline_ = now + limit_;
      asked_ = now;
      return Verdict::kAsk;
    }
    waited_s_ = std::chrono::duration<double>(now - begun_).count();
    return Verdict::kGiveUp;
  }

  // Why check() returned kGiveUp. REQUIRES: it has.
  std::string reason() const {
    return fmt::format("nothing came for {:.3g} s, {}",
                       waited_s_,
                       answers_ ? "though it answers" : "and it does not answer");
  }

 private:
  static constexpr int kMaxExtension = 4;  // times the limit, while the other process answers

  std::chrono::milliseconds limit_;
  Clock::time_point begun_;
  Clock::time_point asked_;
  Clock::time_point deadline_;
  bool has_asked_ = false;
  bool answers_ = false;
  double waited_s_ = 0;
};

}  // namespace murmur::comm
