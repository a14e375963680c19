// SPDX-License-Identifier: Apache-2.0
#include "murmur/timing/virtual_clock.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include <fmt/format.h>

#include "murmur/core/check.h"

namespace murmur::timing {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

std::size_t at(int worker) {
  return static_cast<std::size_t>(worker);
}

}  // namespace

VirtualClock::VirtualClock(const Cluster& cluster, int workers, std::uint64_t seed)
    : step_times_(cluster.step, seed),
      network_(cluster, seed),
      faults_(cluster.faults, workers),
      overlap_(cluster.overlap),
      ready_s_(at(workers)),
      early_s_(at(workers)),
      out_free_s_(at(workers)),
      in_free_s_(at(workers)),
      last_sent_s_(at(workers)),
      sent_(at(workers)),
      averages_(at(workers)) {}

double VirtualClock::now_s() const {
  double last = 0;
  for (const double ready : ready_s_) {
    last = ready < kNever ? std::max(last, ready) : last;
  }
  return last;
}

double VirtualClock::duration_s(int worker, std::int64_t k, double begin_s) const {
  return faults_.computed(worker, begin_s, step_times_.of(worker, k)) - begin_s;
}

double VirtualClock::meeting_s(
    int worker, int partner, std::int64_t k, double bytes, double begin_s) const {
  const double there = network_.transfer_s(worker, partner, bytes);
  const double back = network_.transfer_s(partner, worker, bytes);
  return std::max(
      message_s(worker, partner, network_.with_losses_s(worker, 2 * k, there), begin_s),
      message_s(partner, worker, network_.with_losses_s(worker, 2 * k + 1, back), begin_s));
}

double VirtualClock::message_s(int from, int to, double transfer_s, double begin_s) const {
  const double left = faults_.sent(from, to, begin_s, transfer_s);
  return faults_.present(to, left + network_.latency_s(from, to), 0) - begin_s;
}

void VirtualClock::compute() {
  for (int i = 0; i < workers(); ++i) {
    if (ready_s_[at(i)] == kNever) {
      continue;
    }
    const double duration = duration_s(i, gradients_, ready_s_[at(i)]);
    early_s_[at(i)] = ready_s_[at(i)] + (1 - overlap_) * duration;
    ready_s_[at(i)] += duration;
  }
  ++gradients_;
}

void VirtualClock::wait_until(int worker, double time_s) {
  ready_s_[at(worker)] = std::max(ready_s_[at(worker)], time_s);
  early_s_[at(worker)] = ready_s_[at(worker)];
}

// Time at which the last byte is sent by an interface that starts at begin_s.
double VirtualClock::sent_s(const Edge& edge, double bytes, double begin_s) {
  return faults_.sent(edge.from, edge.to, begin_s, next_transfer_s(edge, bytes));
}

double VirtualClock::next_transfer_s(const Edge& edge, double bytes) {
  const double transfer = network_.transfer_s(edge.from, edge.to, bytes);
  return network_.with_losses_s(edge.from, sent_[at(edge.from)]++, transfer);
}

void VirtualClock::send_all(const Edges& edges, double bytes) {
  arrivals_s_.resize(edges.all().size());
  for (int i = 0; i < workers(); ++i) {
    // A message that is sent early is complete only when the gradient is.
    const double complete = ready_s_[at(i)];
    double busy = std::max(early_s_[at(i)], out_free_s_[at(i)]);
    last_sent_s_[at(i)] = complete;
    for (std::size_t k = edges.first_out(i); k < edges.first_out(i + 1); ++k) {
      const Edge& edge = edges.all()[k];
      const double sent = sent_s(edge, bytes, busy);
      const double left = std::max(sent, complete);
      arrivals_s_[k] = left + network_.latency_s(i, edge.to);
      if (sent < kNever) {
        busy = sent;
        last_sent_s_[at(i)] = left;
      } else {
        // A link that is gone still occupies the interface for the transfer time; a sender that is
        // gone permanently sends nothing more.
        busy +=
            faults_.worker_gone_since(i) < kNever ? kNever : network_.transfer_s(i, edge.to, bytes);
      }
    }
    out_free_s_[at(i)] = std::max(busy, last_sent_s_[at(i)]);
  }
}

void VirtualClock::receive_all(const Edges& edges, double bytes, InFlight& in_flight) {
  in_flight.received_s.assign(at(workers()), 0);
  in_flight.missing_from.assign(at(workers()), -1);
  for (int i = 0; i < workers(); ++i) {
    incoming_.clear();
    for (std::size_t k = edges.first_in(i); k < edges.first_in(i + 1); ++k) {
      const std::size_t edge = edges.in_edge(k);
      incoming_.push_back({arrivals_s_[edge], edges.all()[edge].from});
    }
    std::sort(incoming_.begin(), incoming_.end(), [](const Message& a, const Message& b) {
      return std::tie(a.arrival_s, a.from) < std::tie(b.arrival_s, b.from);
    });
    const double intake = network_.intake_s(i, bytes);
    double& free = in_free_s_[at(i)];
    for (const Message& message : incoming_) {
      in_flight.received_s[at(i)] = std::max(message.arrival_s, free + intake);
      if (message.arrival_s == kNever) {
        in_flight.missing_from[at(i)] = message.from;
        break;
      }
      free = in_flight.received_s[at(i)];
    }
  }
}

Failure VirtualClock::waits_forever(int worker, int from) const {
  const double gone = faults_.worker_gone_since(from);
  const std::string why = gone < kNever
                              ? fmt::format("worker {}, which is gone since {} s", from, gone)
                              : fmt::format("worker {}, whose link {} -> {} is gone since {} s",
                                            from,
                                            from,
                                            worker,
                                            faults_.link_gone_since(from, worker));
  return {
      FailureKind::kPeer,
      fmt::format(
          "worker {} waits since {} s of virtual time for {}", worker, ready_s_[at(worker)], why)};
}

Status VirtualClock::wait_for(InFlight& in_flight) {
  for (int i = 0; i < workers(); ++i) {
    const double received = in_flight.received_s[at(i)];
    if (received == kNever && ready_s_[at(i)] < kNever) {
      return waits_forever(i, in_flight.missing_from[at(i)]);
    }
    wait_until(i, received);
  }
  in_flight.received_s.clear();
  return Ok{};
}

Status VirtualClock::exchange(const Edges& edges, double bytes) {
  MURMUR_CHECK(edges.workers() == workers(), "{} workers, not {}", edges.workers(), workers());
  send_all(edges, bytes);
  receive_all(edges, bytes, exchange_);
  if (Status status = wait_for(exchange_); !status) {
    return status;
  }
  for (int i = 0; i < workers(); ++i) {
    wait_until(i, last_sent_s_[at(i)]);
  }
  return Ok{};
}

void VirtualClock::send(const Edges& edges, double bytes, std::size_t slot) {
  MURMUR_CHECK(edges.workers() == workers(), "{} workers, not {}", edges.workers(), workers());
  if (slots_.size() <= slot) {
    slots_.resize(slot + 1);
  }
  MURMUR_CHECK(slots_[slot].received_s.empty(), "slot {} is still in flight", slot);
  send_all(edges, bytes);
  receive_all(edges, bytes, slots_[slot]);
}

Status VirtualClock::arrive(std::size_t slot) {
  return slot < slots_.size() && !slots_[slot].received_s.empty() ? wait_for(slots_[slot]) : Ok{};
}

Status VirtualClock::send_sequentially(double bytes) {
  for (int i = 0; i < workers(); ++i) {
    const int before = (i + workers() - 1) % workers();
    if (ready_s_[at(i)] == kNever || passed_s_ == kNever) {
      return waits_forever(i, ready_s_[at(i)] == kNever ? i : before);
    }
    wait_until(i, passed_s_);
    if (workers() == 1) {
      passed_s_ = ready_s_[at(i)];
      continue;
    }
    const Edge edge{.from = i, .to = (i + 1) % workers()};
    const double transfer = next_transfer_s(edge, bytes);
    passed_s_ = ready_s_[at(i)] + message_s(i, edge.to, transfer, ready_s_[at(i)]);
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
