// SPDX-License-Identifier: Apache-2.0
// A handler would run on the stack of whichever thread the signal finds, and oneDNN's matrix
// products keep their workspace, memory of the heap, in the stack pointer while they compute: a
// signal then writes over what lies below it (seen: aborts by malloc in one of six interrupted
// runs). So the signals are blocked in every thread, and one thread that computes nothing waits for
// them.
#include "murmur/cli/signals.h"

#include <chrono>
#include <csignal>
#include <mutex>
#include <thread>

#include "murmur/run/processes/stop.h"

namespace murmur::cli {
namespace {

// What closes a terminal may send SIGHUP twice, or behind SIGTERM: the shell and the kernel do, and
// so does a session manager.
constexpr auto kOneHangUp = std::chrono::seconds(2);

std::atomic<int> caught{0};

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// SIGINT and SIGTERM count also where a shell that starts a job in the background ignores them.
sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const run::StopSignal& stop : run::kStopSignals) {
    const bool always = stop.number == SIGINT || stop.number == SIGTERM;
    if (always || !is_ignored(stop.number)) {
      sigaddset(&set, stop.number);
    }
  }
  return set;
}

// The first one is noted; the second one does what it does by default, at once.
void wait_for_signals(sigset_t set) {
  using Clock = std::chrono::steady_clock;
  int number = 0;
  if (sigwait(&set, &number) != 0) {
    return;
  }
  caught.store(number);
  const Clock::time_point first = Clock::now();
  do {
    if (sigwait(&set, &number) != 0) {
      return;
    }
  } while (number == SIGHUP && Clock::now() - first < kOneHangUp);
  std::signal(number, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  std::raise(number);
}

}  // namespace

const std::atomic<int>* catch_signals() {
  static std::once_flag once;
  std::call_once(once, [] {
    const sigset_t set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::thread(wait_for_signals, set).detach();
  });
  return &caught;
}

}  // namespace murmur::cli
