// SPDX-License-Identifier: Apache-2.0
// A description of a cluster to be simulated: how long a gradient takes on each worker, the
// bandwidth and latency of the network, and faults. virtual_clock.h computes virtual time from it;
// docs/cluster.md documents it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace murmur::timing {

// Duration of one gradient. Exactly one of `seconds`, `distribution` and `trace` is given.
struct StepTime {
  std::vector<double> seconds = {};  // one for all workers, or one per worker
  std::string distribution = {};     // "normal", "lognormal", "exponential", "uniform"
  double mean = 0;                   // of the distribution, seconds
  double std = 0;
  // Columns of measured seconds, one for all workers or one per worker, repeated when they end.
  std::vector<std::vector<double>> trace = {};
};

// A directed link whose bandwidth or latency differs from the default.
struct Link {
  int from = 0;
  int to = 0;
  std::optional<double> bandwidth_gbit = {};
  std::optional<double> latency_s = {};
};

// A change of state of a worker or of a link from a time on. It replaces the previous state of the
// same worker or link, so a slowdown of 1 restores normal operation.
struct Fault {
  double at_s = 0;
  int worker = -1;  // -1: the fault is of the link from -> to
  int from = -1;
  int to = -1;
  double slowdown = 1;
  bool gone = false;
};

struct Cluster {
  StepTime step = {};
  std::vector<double> bandwidth_gbit = {};  // one for all, or one per worker; empty: no limit
  std::vector<double> latency_s = {};       // one for all, or one per worker; empty: 0
  std::vector<Link> links = {};
  // Fraction of the duration of a gradient, at its end, during which its messages may be sent.
  double overlap = 0;
  // Size of the model in messages; none: that of the trained model.
  std::optional<std::int64_t> parameters = {};
  double loss = 0;     // probability that a message is lost
  double retry_s = 0;  // seconds until a lost message is sent again
  std::vector<Fault> faults = {};
};

}  // namespace murmur::timing
