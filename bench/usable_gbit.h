// SPDX-License-Identifier: Apache-2.0
// The bandwidth that our messages get while every process sends to the next one: gigabits per
// second in each direction, of the slowest process; the median of three measurements.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "murmur/comm/exchange.h"
#include "murmur/comm/transport.h"

namespace murmur::bench {

// Sends forty messages of a megabyte and receives as many; returns seconds per gigabit.
inline Result<double> seconds_per_gbit(comm::Transport& transport) {
  constexpr std::size_t kMessage = 1'000'000;
  constexpr int kMessages = 40;
  const int processes = transport.processes();
  const int next = (transport.process() + 1) % processes;
  const int before = (transport.process() + processes - 1) % processes;
  const std::vector<std::byte> out(kMessage * kMessages);
  std::vector<std::byte> in(out.size());
  if (const auto all_are_here = comm::exchange_texts(transport, ""); !all_are_here) {
    return all_are_here.failure();
  }
  const auto begun = std::chrono::steady_clock::now();
  std::vector<comm::Ticket> tickets;
  for (int m = 0; m < kMessages; ++m) {
    const std::size_t begin = static_cast<std::size_t>(m) * kMessage;
    tickets.push_back(transport.receive(before, m, std::span(in).subspan(begin, kMessage)));
    tickets.push_back(transport.send(next, m, std::span(out).subspan(begin, kMessage)));
  }
  for (const comm::Ticket ticket : tickets) {
    if (const Status done = transport.wait(ticket); !done) {
      return done.failure();
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  return took.count() / (8e-9 * static_cast<double>(out.size()));
}

inline Result<double> usable_gbit(comm::Transport& transport) {
  std::array<double, 3> slowest{};  // seconds per gigabit
  for (double& of_all : slowest) {
    const Result<double> mine = seconds_per_gbit(transport);
    if (!mine) {
      return mine.failure();
    }
    const auto all = comm::exchange_texts(transport, std::to_string(mine.value()));
    if (!all) {
      return all.failure();
    }
    for (const std::string& each : all.value()) {
      of_all = std::max(of_all, std::atof(each.c_str()));
    }
  }
  std::sort(slowest.begin(), slowest.end());
  return 1 / slowest[1];
}

}  // namespace murmur::bench
