// SPDX-License-Identifier: Apache-2.0
// A handler would run on the stack of whichever thread receives the signal. oneDNN's matrix
// products keep a heap address (their workspace) in the stack pointer while they compute, so the
// handler's frame overwrites the memory below it (observed: malloc aborts in one of six interrupted
// runs). Therefore the signals are blocked in every thread, and one thread that computes nothing
// waits for them.
#include "murmur/cli/signals.h"

#include <chrono>
#include <csignal>
#include <mutex>
#include <thread>

#include "murmur/run/processes/stop.h"

namespace murmur::cli {
namespace {

// Closing a terminal may send SIGHUP twice, or after SIGTERM: from the shell, the kernel or a
// session manager.
constexpr auto kOneHangUp = std::chrono::seconds(2);

std::atomic<int> caught{0};

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// SIGINT and SIGTERM are handled even if a shell that starts a job in the background ignores them.
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

// The first signal is recorded; the second one has its default effect at once.
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
