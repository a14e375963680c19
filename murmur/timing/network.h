// SPDX-License-Identifier: Apache-2.0
// What the network carries: every worker has one full-duplex interface, every directed link a
// latency, and a message goes at the slowest of sender, receiver and link.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "murmur/timing/cluster.h"

namespace murmur::timing {

class Network {
 public:
  Network(const Cluster& cluster, std::uint64_t seed);

  // Seconds from a message's first byte to its last, without losses and faults.
  double transfer_s(int from, int to, double bytes) const {
    const double slowest = links_.empty() && seconds_per_byte_.size() <= 1
                               ? common_seconds_per_byte_
                               : slowest_of(from, to);
    return bytes * slowest;
  }
  // The same through the receiver's interface alone.
  double intake_s(int to, double bytes) const { return bytes * of_worker(to); }
  // A link's own, else the larger one of the two workers.
  double latency_s(int from, int to) const;

  // A sender's time for its `count`-th message, which takes `transfer_s` each time it is sent.
  double with_losses_s(int from, std::int64_t count, double transfer_s) const;
  // Of an average's `rounds` rounds of `workers` messages each, how many have to be done again; a
  // round is done when its last message has come.
  double rounds_again(int first, int workers, std::int64_t rounds, std::int64_t count) const;
  bool loses() const { return loss_ > 0; }
  double retry_s() const { return retry_s_; }

 private:
  double of_worker(int worker) const;
  double slowest_of(int from, int to) const;

  double common_seconds_per_byte_ = 0;
  std::vector<double> seconds_per_byte_;  // per worker; one or none: the common one
  std::vector<double> latency_s_;
  std::map<std::pair<int, int>, Link> links_;
  double loss_ = 0;
  double retry_s_ = 0;
  std::uint64_t seed_ = 0;
};

}  // namespace murmur::timing
