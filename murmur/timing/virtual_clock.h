// SPDX-License-Identifier: Apache-2.0
// A deterministic event simulation of time: when each worker of the described cluster would have
// completed each operation of its program. The state is one ready time per worker; operations are
// called in program order.
//
//   compute    ready <- ready + durations of the passes of the gradient
//   exchange   each worker sends its messages one after another, to i + 1 first and then in cyclic
//              order (so that on a ring or a complete graph no two reach a receiver at once), each
//              at the lowest bandwidth of sender, receiver and link. A message arrives one latency
//              after it was sent; a receiver processes messages one after another in order of
//              arrival, ties by sender.
//              ready <- when all messages of the worker are sent and all those to it are received
//   send       the same, but no worker waits
//   arrive     ready <- when all messages to the worker are received
//   send_sequentially
//              ready <- when the preceding worker was ready and its message has arrived
//   average    a ring all-reduce in the order of the workers, limited by the slowest link: all
//              workers start when the last is ready, and end
//              2 (n - 1) (bytes / n / bandwidth + latency) later
//   average_of some workers each send a message to a server, over their own interface, and receive
//              one when the last has arrived: all workers go on when the last of these is received
//
// Each interface serves operations in program order.
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
  // REQUIRES: each list of the cluster has one element or `workers` elements; worker indices in it
  // are below `workers`.
  VirtualClock(const Cluster& cluster, int workers, std::uint64_t seed);

  // An operation fails (kPeer) if a worker would wait forever; the message names the worker or
  // link that is gone, and since when.
  // A gradient of so many passes, each with a duration of its own. `early`: parts of it are final
  // during the last pass, so that messages may leave then; otherwise at its end.
  // `of`: the workers that compute, ascending; null: all.
  void compute(std::int64_t passes = 1, bool early = true, const std::vector<int>* of = nullptr);
  Status exchange(const Edges& edges, double bytes);
  void send(const Edges& edges, double bytes, std::size_t slot);
  // No effect if nothing is in flight in the slot.
  Status arrive(std::size_t slot);
  // Averages within each group of `group` consecutive workers (the last may be smaller); 0: all
  // workers.
  Status average(double bytes, int group = 0);
  // Of some workers, ascending.
  Status average_of(const std::vector<int>& drawn, double bytes);

  // In ascending order, each worker waits for the message of the preceding one and then sends to
  // the next. The first worker waits for the message that the last one sent in the previous call.
  Status send_sequentially(double bytes);

  int workers() const { return static_cast<int>(ready_s_.size()); }
  // Infinite if the worker is gone permanently.
  double ready_s(int worker) const { return ready_s_[static_cast<std::size_t>(worker)]; }
  // The latest ready time of all workers that are not gone permanently.
  double now_s() const;

  // For callers that maintain their own order of events. Seconds of a worker's k-th pass (k from 0)
  // that starts at `begin_s`, and of the exchange with a partner that follows it: one
  // message in each direction between idle interfaces. Infinite if it never ends.
  double duration_s(int worker, std::int64_t k, double begin_s) const;
  double meeting_s(int worker, int partner, std::int64_t k, double bytes, double begin_s) const;

 private:
  struct Message {
    double arrival_s = 0;
    int from = 0;
  };
  // Messages in flight to each worker.
  struct InFlight {
    std::vector<double> received_s;  // time of the last receipt; empty: nothing in flight
    std::vector<int> missing_from;   // sender of a message that never arrives; -1: none
  };

  // Simulates the sending of messages by all interfaces, then their receipt.
  void send_all(const Edges& edges, double bytes);
  void receive_all(const Edges& edges, double bytes, InFlight& in_flight);
  double sent_s(const Edge& edge, double bytes, double begin_s);
  // Seconds to send the next message of a sender, including retransmissions.
  double next_transfer_s(const Edge& edge, double bytes);
  Status wait_for(InFlight& in_flight);
  Status average_group(double bytes, int begin, int end);
  double ring_done_s(double bytes, int begin, int end, double start_s);
  Status broken_ring(int begin, int end) const;
  Failure waits_forever(int worker, int from) const;
  // Seconds from `begin_s` until a message that takes `transfer_s` to send is received.
  double message_s(int from, int to, double transfer_s, double begin_s) const;
  void wait_until(int worker, double time_s);

  StepTimes step_times_;
  Network network_;
  Faults faults_;
  double overlap_;
  std::vector<double> ready_s_;
  std::vector<double> early_s_;         // earliest time to send: ready_s_ less the overlap
  std::vector<double> out_free_s_;      // when the sending interface is idle
  std::vector<double> in_free_s_;       // when the receiving interface is idle
  std::vector<double> last_sent_s_;     // current exchange: when a worker's last message is sent
  std::vector<double> arrivals_s_;      // current exchange: per edge
  std::vector<Message> incoming_;       // current exchange: to one receiver
  std::vector<std::int64_t> sent_;      // messages sent, per worker
  std::vector<std::int64_t> averages_;  // averages, per first worker of a group
  std::int64_t passes_ = 0;             // of every worker
  double passed_s_ = 0;                 // arrival of the last message of send_sequentially()
  InFlight exchange_;
  std::vector<InFlight> slots_;
};

}  // namespace murmur::timing
