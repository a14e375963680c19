// SPDX-License-Identifier: Apache-2.0
// A handler would run on the stack of whichever thread the signal finds, and oneDNN's matrix
// products keep their workspace, memory of the heap, in the stack pointer while they compute: a
// signal then writes over what lies below it (seen: aborts by malloc in one of six interrupted
// runs). So the signals are blocked in every thread, and one thread that computes nothing waits for
// them.
#include "murmur/cli/signals.h"

#include <csignal>
#include <mutex>
#include <thread>

namespace murmur::cli {
namespace {

std::atomic<int> caught{0};

sigset_t both_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

// The first one is noted; the second one does what it does by default, at once.
void wait_for_signals() {
  const sigset_t set = both_signals();
  int number = 0;
  if (sigwait(&set, &number) != 0) {
    return;
  }
  caught.store(number);
  if (sigwait(&set, &number) != 0) {
    return;
  }
  std::signal(number, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  std::raise(number);
}

}  // namespace

const std::atomic<int>* catch_signals() {
  static std::once_flag once;
  std::call_once(once, [] {
    const sigset_t set = both_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::thread(wait_for_signals).detach();
  });
  return &caught;
}

}  // namespace murmur::cli
