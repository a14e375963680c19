// SPDX-License-Identifier: Apache-2.0
// Polls before sleeping: for an event that is about to happen, sleeping costs more than polling.
#pragma once

#include <thread>

namespace murmur {

// Returns when done() is true, or after that many polls; yields the core between two of them.
template <class Condition>
void spin_until(int polls, const Condition& done) {
  for (int poll = 0; poll < polls && !done(); ++poll) {
    std::this_thread::yield();
  }
}

}  // namespace murmur
