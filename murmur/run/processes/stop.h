// SPDX-License-Identifier: Apache-2.0
// The signals that request a run to stop with a checkpoint, and the exit code of the process: 128 +
// the signal's number, as a shell reports a signal.
#pragma once

#include <array>
#include <csignal>
#include <string_view>

#include "murmur/core/error.h"

namespace murmur::run {

struct StopSignal {
  int number = 0;
  std::string_view words;  // "WORDS after 3 of 10 steps"
};

// SIGHUP: the terminal was closed. SIGUSR1: a scheduler warns that the time limit is near.
inline constexpr std::array kStopSignals{StopSignal{SIGINT, "interrupted"},
                                         StopSignal{SIGTERM, "terminated"},
                                         StopSignal{SIGHUP, "hung up"},
                                         StopSignal{SIGUSR1, "told to stop (SIGUSR1)"}};

constexpr ExitCode stop_code(int signal) {
  return static_cast<ExitCode>(128 + signal);
}

constexpr std::string_view stop_words(int signal) {
  for (const StopSignal& stop : kStopSignals) {
    if (stop.number == signal) {
      return stop.words;
    }
  }
  return "stopped";
}

// Whether a command ended with this code because of one of these signals.
constexpr bool is_stop(ExitCode code) {
  for (const StopSignal& stop : kStopSignals) {
    if (stop_code(stop.number) == code) {
      return true;
    }
  }
  return false;
}

}  // namespace murmur::run
