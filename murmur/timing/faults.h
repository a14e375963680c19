// SPDX-License-Identifier: Apache-2.0
// Faults of workers and links, as rates over time: 1 normally, 1/4 at a slowdown of 4, 0 while
// gone. Work of s seconds is complete when the integral of the rate has reached s.
#pragma once

#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

#include "murmur/timing/cluster.h"

namespace murmur::timing {

class Faults {
 public:
  Faults() = default;
  Faults(const std::vector<Fault>& faults, int workers);

  bool none() const { return workers_.empty(); }

  // Time at which a computation that starts at `begin_s` and takes `seconds` at rate 1 ends;
  // infinite if the worker is gone permanently.
  double computed(int worker, double begin_s, double seconds) const;
  // The same for sending a message from `from` to `to`: the rate is that of the link, and 0 while
  // the sender is gone.
  double sent(int from, int to, double begin_s, double seconds) const;
  // The same for work that is not affected by slowdowns, only by the absence of the worker.
  double present(int worker, double begin_s, double seconds) const;

  // Time since which the worker or link is gone permanently; infinite if it is not.
  double worker_gone_since(int worker) const;
  double link_gone_since(int from, int to) const;

 private:
  struct Change {
    double at_s = 0;
    double rate = 1;
  };
  using History = std::vector<Change>;  // ascending by time

  static double finish(std::initializer_list<const History*> histories,
                       double begin_s,
                       double seconds);
  static void add(History& history, const Change& change);
  static double gone_since(const History& history);
  const History* of_link(int from, int to) const;

  std::vector<History> workers_;   // empty if there are no faults
  std::vector<History> presence_;  // rate 1 or 0
  std::map<std::pair<int, int>, History> links_;
};

}  // namespace murmur::timing
