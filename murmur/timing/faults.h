// SPDX-License-Identifier: Apache-2.0
// What befalls workers and links, as rates over time: 1 as ever, 1/4 at a slowdown of 4, 0 while
// gone. Work of s seconds is done when the integral of the rate has reached s.
#pragma once

#include <cstdint>
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

  // When what takes `seconds` of a healthy worker's time and begins at `begin_s` is done; infinite
  // where the worker is gone for ever.
  double computed(int worker, double begin_s, double seconds) const;
  // The same of a message on its way from `from` to `to`: slow links slow it down, and a sender
  // that is gone sends nothing.
  double sent(int from, int to, double begin_s, double seconds) const;
  // The same of what a worker only has to be there for.
  double present(int worker, double begin_s, double seconds) const;

  // Since when, for good; infinite where it is not.
  double worker_gone_since(int worker) const;
  double link_gone_since(int from, int to) const;

 private:
  struct Change {
    double at_s = 0;
    double rate = 1;
  };
  using History = std::vector<Change>;  // by time

  static double finish(std::initializer_list<const History*> histories,
                       double begin_s,
                       double seconds);
  static void add(History& history, const Change& change);
  static double gone_since(const History& history);
  const History* of_link(int from, int to) const;

  std::vector<History> workers_;   // empty where there is no fault at all
  std::vector<History> presence_;  // rate 1 or 0
  std::map<std::pair<int, int>, History> links_;
};

}  // namespace murmur::timing
