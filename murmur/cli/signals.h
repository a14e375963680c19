// SPDX-License-Identifier: Apache-2.0
// SIGINT, SIGTERM, SIGHUP and SIGUSR1 as a number that a run checks between steps.
#pragma once

#include <atomic>

namespace murmur::cli {

// The first signal is recorded here; a second one ends the process at once, except for a SIGHUP
// within two seconds of the first signal, because closing a terminal sends several. SIGHUP and
// SIGUSR1 stay ignored if the process was started with them ignored (nohup). SIGPIPE is ignored: a
// run does not end because the reader of its progress is gone. Threads started before the first
// call do not block the signals: call this before starting any thread that computes.
const std::atomic<int>* catch_signals();

}  // namespace murmur::cli
