// SPDX-License-Identifier: Apache-2.0
// AdaptiveSpin before going to sleep: for what is about to come a sleep costs more than the wait.
#pragma once

#include <thread>

namespace murmur {

// Returns when met(), or after so many looks; between two the core is given away to whoever needs
// it.
template <class Condition>
void spin_until(int looks, const Condition& met) {
  for (int look = 0; look < looks && !met(); ++look) {
    std::this_thread::yield();
  }
}

}  // namespace murmur
