// SPDX-License-Identifier: Apache-2.0
// The order in which workers of an asynchronous program act: a pure function of how fast they are,
// of the graph and of the seed, the same on every process.
//
// A worker that has finished a gradient picks one of the neighbors that it can reach, both models
// travel, and the pair acts: that is an event. A step is as many events as there are workers, so it
// uses as many examples as a step of any other program. Events that touch different workers
// commute: each joins the first batch behind all earlier events that touch one of its workers, and
// a batch is performed at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/topology/topology.h"

namespace murmur::engine {

// How fast workers and links are. Seconds; infinite where it never ends.
struct Pace {
  // Of a worker's k-th gradient, k from 0, begun at a time.
  std::function<double(int worker, std::int64_t k, double begin_s)> gradient_s =
      [](int, std::int64_t, double) { return 1.0; };
  // Of both models on their way, behind the worker's k-th gradient.
  std::function<double(int worker, int partner, std::int64_t k, double begin_s)> meeting_s =
      [](int, int, std::int64_t, double) { return 0.0; };
};

struct EventBatch {
  struct Actor {
    int worker = 0;
    std::int64_t gradient = 0;  // the worker's how many-th, from 0
  };
  std::vector<Actor> actors;      // ascending workers
  topology::MixingMatrix mixing;  // of the pairs; the identity elsewhere

  bool acts(int worker) const;
};

class EventSchedule {
 public:
  EventSchedule(std::shared_ptr<const topology::Topology> topology, Pace pace, std::uint64_t seed);

  // Those of a step. Fails (kPeer) when no worker is left to act. Asking for a step before the last
  // one asked for starts over from the first.
  Status go_to(std::int64_t step);
  // REQUIRES: go_to() was called, and succeeded.
  const std::vector<EventBatch>& batches() const { return batches_; }
  // How many gradients each worker has finished by the end of the step.
  const std::vector<std::int64_t>& gradients() const { return gradients_; }
  // When the last event of the step was over.
  double virtual_s() const { return now_s_; }

 private:
  using Due = std::pair<double, int>;  // when a gradient is ready, and its worker

  void start_over();
  Status next_step();
  // The neighbor that the worker averages with: -1 where it can reach none.
  int partner_of(int worker, double at_s) const;
  // Of its gradient at hand.
  double meeting_s(int worker, int partner, double at_s) const;
  void join(int worker, int partner);

  std::shared_ptr<const topology::Topology> topology_;
  Pace pace_;
  std::uint64_t seed_;
  std::int64_t next_ = 0;  // step
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<std::int64_t> gradients_;  // per worker
  topology::MixingMatrix graph_{0};      // of the step
  double now_s_ = 0;
  std::vector<EventBatch> batches_;
  std::vector<std::size_t> behind_;  // per worker: the first batch that has none of its events
};

}  // namespace murmur::engine
