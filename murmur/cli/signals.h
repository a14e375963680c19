// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM as a number that a run looks at between steps.
#pragma once

#include <atomic>

namespace murmur::cli {

// The first signal is noted here, a second one ends the process at once. Threads that were started
// before the first call still have both signals: call it before any that computes.
const std::atomic<int>* catch_signals();

}  // namespace murmur::cli
