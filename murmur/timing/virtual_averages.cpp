// SPDX-License-Identifier: Apache-2.0
// Averages of the virtual clock: by a server, and on rings.
#include <algorithm>
#include <limits>

#include "murmur/core/check.h"
#include "murmur/timing/virtual_clock.h"

namespace murmur::timing {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

std::size_t at(int worker) {
  return static_cast<std::size_t>(worker);
}

}  // namespace

Status VirtualClock::average_of(const std::vector<int>& drawn, double bytes) {
  const auto transfer = [&](int i) {
    return network_.with_losses_s(i, sent_[at(i)]++, network_.intake_s(i, bytes));
  };
  double arrived = 0;
  for (const int i : drawn) {
    const double begin = std::max(early_s_[at(i)], out_free_s_[at(i)]);
    const double sent = std::max(ready_s_[at(i)], faults_.present(i, begin, transfer(i)));
    if (sent == kNever) {
      return waits_forever(drawn.front() == i ? drawn.back() : drawn.front(), i);
    }
    arrived = std::max(arrived, sent + network_.latency_s(i, i));
  }
  double done = arrived;
  for (const int i : drawn) {
    done = std::max(done, arrived + transfer(i) + network_.latency_s(i, i));
  }
  for (int i = 0; i < workers(); ++i) {
    if (ready_s_[at(i)] < kNever) {
      wait_until(i, done);
      out_free_s_[at(i)] = std::max(out_free_s_[at(i)], done);
    }
  }
  return Ok{};
}

Status VirtualClock::average(double bytes, int group) {
  const int size = group == 0 ? workers() : group;
  MURMUR_CHECK(size > 0, "groups of {}", size);
  for (int begin = 0; begin < workers(); begin += size) {
    if (Status status = average_group(bytes, begin, std::min(workers(), begin + size)); !status) {
      return status;
    }
  }
  return Ok{};
}

// Time at which the 2 (n - 1) rounds of a ring that starts at start_s end: every link carries its
// part of every round, and the slowest link determines the end. Infinite if a link never completes.
double VirtualClock::ring_done_s(double bytes, int begin, int end, double start_s) {
  const int workers = end - begin;
  const std::int64_t rounds = 2 * (static_cast<std::int64_t>(workers) - 1);
  const auto times = static_cast<double>(rounds);
  double done = start_s;
  double part = 0;
  double latency = 0;
  for (int i = begin; i < end; ++i) {
    const int next = i + 1 == end ? begin : i + 1;
    const double transfer = network_.transfer_s(i, next, bytes / workers);
    done = std::max(done, faults_.sent(i, next, start_s, times * transfer));
    part = std::max(part, transfer);
    latency = std::max(latency, network_.latency_s(i, next));
  }
  if (network_.loses()) {
    done += network_.rounds_again(begin, workers, rounds, averages_[at(begin)]++) *
            (part + network_.retry_s());
  }
  return done + times * latency;
}

// The failure for the worker or link that is gone first, naming the worker that waits for it.
Status VirtualClock::broken_ring(int begin, int end) const {
  int from = begin;
  double since = kNever;
  for (int i = begin; i < end; ++i) {
    const int next = i + 1 == end ? begin : i + 1;
    const double gone = std::min(faults_.worker_gone_since(i), faults_.link_gone_since(i, next));
    if (gone < since && ready_s_[at(next)] < kNever) {
      since = gone;
      from = i;
    }
  }
  return since == kNever ? Status(Ok{})  // no worker is left to wait
                         : waits_forever(from + 1 == end ? begin : from + 1, from);
}

Status VirtualClock::average_group(double bytes, int begin, int end) {
  int last = begin;
  double start = 0;
  for (int i = begin; i < end; ++i) {
    last = ready_s_[at(i)] > ready_s_[at(last)] ? i : last;
    start = std::max({start, early_s_[at(i)], out_free_s_[at(i)]});
  }
  const double all_ready = ready_s_[at(last)];
  const double done =
      all_ready == kNever ? kNever : std::max(all_ready, ring_done_s(bytes, begin, end, start));
  if (done == kNever) {
    return broken_ring(begin, end);
  }
  for (int i = begin; i < end; ++i) {
    wait_until(i, done);
    out_free_s_[at(i)] = done;
  }
  return Ok{};
}

}  // namespace murmur::timing
