// SPDX-License-Identifier: Apache-2.0
// Machines that you do not have, as data: how long a gradient takes on each worker, what the
// network between them carries, and what breaks when. clock.h makes time of it; docs/cluster.md
// says how.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace murmur::timing {

// Seconds of one gradient. One of the three is given.
struct StepTime {
  std::vector<double> seconds = {};  // one for all workers, or one each
  std::string distribution = {};     // "normal", "lognormal", "exponential", "uniform"
  double mean = 0;                   // of the distribution, seconds
  double std = 0;
  // Columns of measured seconds, one for all workers or one each, used again from the start.
  std::vector<std::vector<double>> trace = {};
};

// A directed link that is not like the others.
struct Link {
  int from = 0;
  int to = 0;
  std::optional<double> bandwidth_gbit = {};
  std::optional<double> latency_s = {};
};

// What befalls a worker's computing, or a link, from a time on. It replaces what befell the same
// one before, so that a slowdown of 1 ends a trouble.
struct Fault {
  double at_s = 0;
  int worker = -1;  // or the link from -> to
  int from = -1;
  int to = -1;
  double slowdown = 1;
  bool gone = false;
};

struct Cluster {
  StepTime step = {};
  std::vector<double> bandwidth_gbit = {};  // one for all, or one per worker; none: no limit
  std::vector<double> latency_s = {};       // the same; none: 0
  std::vector<Link> links = {};
  double overlap = 0;  // share of a gradient, at its end, in which its messages may leave already
  std::optional<std::int64_t> parameters = {};  // of the model in messages; none: the trained one's
  double loss = 0;                              // probability that a message is lost on its way
  double retry_s = 0;                           // after which it is sent again
  std::vector<Fault> faults = {};
};

}  // namespace murmur::timing
