// SPDX-License-Identifier: Apache-2.0
// SIGINT, SIGTERM, SIGHUP and SIGUSR1 as a number that a run looks at between steps.
#pragma once

#include <atomic>

namespace murmur::cli {

// The first signal is noted here, a second one ends the process at once; a SIGHUP within two
// seconds of the first signal does not, because a terminal that closes sends several. SIGHUP and
// SIGUSR1 stay ignored where the process was started with them ignored (nohup). SIGPIPE is ignored:
// a run does not end because its progress is read no more. Threads that were started before the
// first call still have the signals: call it before any that computes.
const std::atomic<int>* catch_signals();

}  // namespace murmur::cli
