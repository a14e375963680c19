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

void VirtualClock::compute(std::int64_t passes, bool early, const std::vector<int>* of) {
  for (int i = 0; i < workers(); ++i) {
    if (of != nullptr && !std::binary_search(of->begin(), of->end(), i)) {
      continue;
    }
    for (std::int64_t pass = 0; pass < passes && ready_s_[at(i)] < kNever; ++pass) {
      const double duration = duration_s(i, passes_ + pass, ready_s_[at(i)]);
      early_s_[at(i)] = ready_s_[at(i)] + (early ? 1 - overlap_ : 1) * duration;
      ready_s_[at(i)] += duration;
    }
  }
  passes_ += passes;
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

}  // namespace murmur::timing
