// SPDX-License-Identifier: Apache-2.0
// During its lifetime, sleeps of 10 us of the calling thread are not rounded up to 60 us.
#pragma once

#include <sys/prctl.h>

namespace murmur::comm {

class ShortSleeps {
 public:
  ShortSleeps() : before_(prctl(PR_GET_TIMERSLACK)) { prctl(PR_SET_TIMERSLACK, kSlackNs); }
  ShortSleeps(const ShortSleeps&) = delete;
  ShortSleeps& operator=(const ShortSleeps&) = delete;
  ~ShortSleeps() {
    if (before_ > 0) {
      prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(before_));
    }
  }

 private:
  static constexpr unsigned long kSlackNs = 1000;
  int before_;
};

}  // namespace murmur::comm
