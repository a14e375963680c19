// SPDX-License-Identifier: Apache-2.0
// The network: every worker has one full-duplex interface, every directed link has a latency, and a
// message is transferred at the lowest bandwidth of sender, receiver and link.
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
  // Seconds that the message occupies the receiver's interface.
  double intake_s(int to, double bytes) const { return bytes * of_worker(to); }
  // The latency of the link if given, otherwise the larger latency of the two workers.
  double latency_s(int from, int to) const;

  // Seconds to send the `count`-th message of a sender including retransmissions, if each attempt
  // takes `transfer_s`.
  double with_losses_s(int from, std::int64_t count, double transfer_s) const;
  // Number of rounds to be repeated because of losses, of the `rounds` rounds of an average with
  // `workers` messages each. A round ends when its last message has arrived.
  double rounds_again(int first, int workers, std::int64_t rounds, std::int64_t count) const;
  bool loses() const { return loss_ > 0; }
  double retry_s() const { return retry_s_; }

 private:
  double of_worker(int worker) const;
  double slowest_of(int from, int to) const;

  double common_seconds_per_byte_ = 0;
  std::vector<double> seconds_per_byte_;  // per worker; one or none: common_seconds_per_byte_
  std::vector<double> latency_s_;
  std::map<std::pair<int, int>, Link> links_;
  double loss_ = 0;
  double retry_s_ = 0;
  std::uint64_t seed_ = 0;
};

}  // namespace murmur::timing
