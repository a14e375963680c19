// SPDX-License-Identifier: Apache-2.0
// The signals that request a run to stop with a checkpoint, and the exit code of each.
#pragma once

#include <algorithm>
#include <array>
#include <csignal>
#include <string_view>

#include "murmur/core/error.h"

namespace murmur::run {

struct StopSignal {
  int number = 0;
  ExitCode code = ExitCode::kDone;
  std::string_view words;  // "WORDS after 3 of 10 steps"
};

// SIGHUP: the terminal was closed. SIGUSR1: a scheduler warns that the time limit is near.
inline constexpr std::array kStopSignals{
    StopSignal{SIGINT, ExitCode::kInterrupted, "interrupted"},
    StopSignal{SIGTERM, ExitCode::kTerminated, "terminated"},
    StopSignal{SIGHUP, ExitCode::kHungUp, "hung up"},
    StopSignal{SIGUSR1, ExitCode::kToldToStop, "told to stop (SIGUSR1)"}};

// REQUIRES: `signal` is one of kStopSignals.
constexpr const StopSignal& stop_signal(int signal) {
  const auto* const found = std::ranges::find(kStopSignals, signal, &StopSignal::number);
  MURMUR_CHECK(found != kStopSignals.end(), "signal {}", signal);
  return *found;
}

constexpr ExitCode stop_code(int signal) {
  return stop_signal(signal).code;
}

constexpr std::string_view stop_words(int signal) {
  return stop_signal(signal).words;
}

// Whether a command ended with this code because of one of these signals.
constexpr bool is_stop(ExitCode code) {
  return std::ranges::find(kStopSignals, code, &StopSignal::code) != kStopSignals.end();
}

}  // namespace murmur::run
