// SPDX-License-Identifier: Apache-2.0
// A deterministic clock of events: when each worker of a described cluster would have done what its
// program says. It has one ready time per worker, and operations in the order of the program.
//
//   gradient   ready <- ready + its duration
//   exchange   messages leave one after the other, to i + 1 first and then round the circle (so
//   that
//              on a ring or a complete graph no two come to one receiver at once), each at the
//              slowest of sender, receiver and link; they arrive a latency after they left, and a
//              receiver takes them in one after the other in the order of arrival, ties by sender;
//              ready <- when the own have left and all meant for it are there
//   send       the same, but nobody waits
//   arrive     ready <- when all meant for it are there
//   pass on    ready <- when the one before has been ready and its message is there
//   average    a ring in the order of the workers, as slow as its slowest link: all start when the
//              last is ready and end 2 (n - 1) (bytes / n / bandwidth + latency) later
//
// An interface serves what an earlier operation gave it before what a later one does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/timing/cluster.h"
#include "murmur/timing/edges.h"
#include "murmur/timing/faults.h"
#include "murmur/timing/network.h"
#include "murmur/timing/step_times.h"

namespace murmur::timing {

class VirtualClock {
 public:
  // REQUIRES: lists of the cluster have one element or `workers`, workers in it are below that.
  VirtualClock(const Cluster& cluster, int workers, std::uint64_t seed);

  // Operations fail (kPeer) where a worker would wait for ever, and say for whom and since when.
  void compute();
  Status exchange(const Edges& edges, double bytes);
  void send(const Edges& edges, double bytes, std::size_t slot);
  // Nothing where nothing is in flight.
  Status arrive(std::size_t slot);
  // Of each group of `group` workers in a row, the last one maybe smaller; 0: of all.
  Status average(double bytes, int group = 0);

  // One after the other, in ascending order, workers take in what the one before passes on; the
  // first has it from the last one of the call before.
  Status send_sequentially(double bytes);

  int workers() const { return static_cast<int>(ready_s_.size()); }
  // Infinite for one that is gone for ever.
  double ready_s(int worker) const { return ready_s_[static_cast<std::size_t>(worker)]; }
  // The last of all that are not gone for ever.
  double now_s() const;

  // For those who keep their own order of events. Seconds of a worker's k-th gradient (k from 0)
  // that begins at `begin_s`, and of the exchange with a partner behind it, a message either way
  // between idle interfaces; infinite where it never ends.
  double duration_s(int worker, std::int64_t k, double begin_s) const;
  double meeting_s(int worker, int partner, std::int64_t k, double bytes, double begin_s) const;

 private:
  struct Message {
    double arrival_s = 0;
    int from = 0;
  };
  // What is on its way to each worker.
  struct InFlight {
    std::vector<double> there_s;    // empty: nothing
    std::vector<int> missing_from;  // whose message never comes
  };

  // Messages out of all interfaces, then into all of them.
  void leave(const Edges& edges, double bytes);
  void take_in(const Edges& edges, double bytes, InFlight& in_flight);
  double leave_one(const Edge& edge, double bytes, double begin_s);
  // Of a sender's next message, with its losses.
  double next_transfer_s(const Edge& edge, double bytes);
  Status wait_for(InFlight& in_flight);
  Status average_group(double bytes, int begin, int end);
  double ring_done_s(double bytes, int begin, int end, double start_s);
  Status broken_ring(int begin, int end) const;
  Failure stuck(int worker, int from) const;
  // One that takes so long to leave.
  double message_s(int from, int to, double transfer_s, double begin_s) const;
  void wait_until(int worker, double time_s);

  StepTimes step_times_;
  Network network_;
  Faults faults_;
  double overlap_;
  std::vector<double> ready_s_;
  std::vector<double> early_s_;     // from when on messages may leave; ready but for the overlap
  std::vector<double> out_free_s_;  // when the interface has sent what it was given
  std::vector<double> in_free_s_;
  std::vector<double> left_s_;        // of the exchange at hand: when a worker's last has left
  std::vector<double> arrivals_s_;    // the same: per edge
  std::vector<Message> coming_;       // the same: to one receiver
  std::vector<std::int64_t> sent_;    // messages, per worker
  std::vector<std::int64_t> ringed_;  // averages, per first worker of a group
  std::int64_t gradients_ = 0;
  double passed_s_ = 0;  // when what is passed on reaches the next worker
  InFlight exchange_;
  std::vector<InFlight> slots_;
};

}  // namespace murmur::timing
