// SPDX-License-Identifier: Apache-2.0
#include "murmur/cli/signals.h"

#include <csignal>

namespace murmur::cli {
namespace {

std::atomic<int> caught{0};
static_assert(std::atomic<int>::is_always_lock_free, "a handler may only touch what is lock-free");

extern "C" void note_signal(int number) {
  caught.store(number);
}

}  // namespace

const std::atomic<int>* catch_signals() {
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  for (const int number : {SIGINT, SIGTERM}) {
    sigaction(number, &action, nullptr);
  }
  return &caught;
}

}  // namespace murmur::cli
