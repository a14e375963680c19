// SPDX-License-Identifier: Apache-2.0
#include "murmur/timing/network.h"

#include <algorithm>
#include <cmath>

#include "murmur/core/random.h"

namespace murmur::timing {
namespace {

constexpr double kBytesPerGbit = 1e9 / 8;
// Indices of random numbers. The k-th gradient of a worker uses indices 0 and 1 of (worker, k), its
// k-th message those from kFirstOfMessage on, and the k-th average of the group whose first worker
// it is those from kFirstOfAverage on.
constexpr std::uint64_t kFirstOfMessage = 2;
constexpr std::uint64_t kFirstOfAverage = std::uint64_t{1} << 32U;
// Limit on losses per message. At a loss probability of 1/2, 64 attempts are needed about once in
// 10^19.
constexpr int kMostLosses = 4096;

double seconds_per_byte(double gbit) {
  return 1 / (gbit * kBytesPerGbit);
}

}  // namespace

Network::Network(const Cluster& cluster, std::uint64_t seed)
    : latency_s_(cluster.latency_s), loss_(cluster.loss), retry_s_(cluster.retry_s), seed_(seed) {
  for (const double gbit : cluster.bandwidth_gbit) {
    seconds_per_byte_.push_back(seconds_per_byte(gbit));
  }
  common_seconds_per_byte_ = seconds_per_byte_.empty() ? 0 : seconds_per_byte_.front();
  for (const Link& link : cluster.links) {
    links_[{link.from, link.to}] = link;
  }
}

double Network::of_worker(int worker) const {
  return seconds_per_byte_.size() <= 1 ? common_seconds_per_byte_
                                       : seconds_per_byte_[static_cast<std::size_t>(worker)];
}

double Network::slowest_of(int from, int to) const {
  const double ends = std::max(of_worker(from), of_worker(to));
  const auto link = links_.find({from, to});
  return link == links_.end() || !link->second.bandwidth_gbit
             ? ends
             : std::max(ends, seconds_per_byte(*link->second.bandwidth_gbit));
}

double Network::latency_s(int from, int to) const {
  const auto link = links_.empty() ? links_.end() : links_.find({from, to});
  if (link != links_.end() && link->second.latency_s) {
    return *link->second.latency_s;
  }
  if (latency_s_.size() <= 1) {
    return latency_s_.empty() ? 0 : latency_s_.front();
  }
  return std::max(latency_s_[static_cast<std::size_t>(from)],
                  latency_s_[static_cast<std::size_t>(to)]);
}

double Network::with_losses_s(int from, std::int64_t count, double transfer_s) const {
  if (loss_ == 0) {
    return transfer_s;
  }
  const Random random(seed_, Stream::kVirtualTime, from, count);
  int lost = 0;
  while (lost < kMostLosses &&
         random.uniform(kFirstOfMessage + static_cast<std::uint64_t>(lost)) < loss_) {
    ++lost;
  }
  return transfer_s + lost * (transfer_s + retry_s_);
}

// The largest number of losses L of any of n messages has P(L < k) = (1 - loss^k)^n; it is drawn by
// inversion of one uniform number.
double Network::rounds_again(int first,
                             int workers,
                             std::int64_t rounds,
                             std::int64_t count) const {
  if (loss_ == 0) {
    return 0;
  }
  const Random random(seed_, Stream::kVirtualTime, first, count);
  double again = 0;
  for (std::int64_t r = 0; r < rounds; ++r) {
    const double u = random.uniform(kFirstOfAverage + static_cast<std::uint64_t>(r));
    const double one_lost = -std::expm1(std::log(u) / workers);  // 1 - u^(1/n)
    const double most = std::ceil(std::log(one_lost) / std::log(loss_)) - 1;
    again += std::clamp(most, 0.0, static_cast<double>(kMostLosses));
  }
  return again;
}

}  // namespace murmur::timing
