// SPDX-License-Identifier: Apache-2.0
// What the ways of talking of one engine share.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "murmur/core/program.h"
#include "murmur/engine/exchange/average.h"
#include "murmur/engine/exchange/coded_average.h"
#include "murmur/engine/exchange/group_average.h"
#include "murmur/engine/exchange/mix.h"
#include "murmur/engine/exchange/peers.h"
#include "murmur/engine/exchange/publish.h"
#include "murmur/engine/exchange/push_weights.h"
#include "murmur/engine/exchange/rows.h"
#include "murmur/engine/observe/times.h"
#include "murmur/engine/observe/tracer.h"
#include "murmur/threads/pool.h"
#include "murmur/topology/topology.h"

namespace murmur::engine {

// Messages that may stay under way between rounds.
template <class S>
struct Flight {
  template <class... Arguments>
  explicit Flight(std::unique_ptr<const Buckets> own, Arguments&&... arguments)
      : buckets(std::move(own)), mixer(std::forward<Arguments>(arguments)...) {}
  std::unique_ptr<const Buckets> buckets;  // null: those of the model
  Mixer<S> mixer;
  std::size_t into = 0;  // the field to which they are added
};

template <class S>
struct WayState {
  std::shared_ptr<const topology::Topology> topology;
  Peers peers;
  threads::Pool* pool = nullptr;
  Rows<S>* rows = nullptr;
  const Layout* layout = nullptr;  // of the model
  std::shared_ptr<const codecs::Compression<S>> compression = {};
  Mixer<S> mixer;                                                // of what is mixed within a pass
  std::map<std::size_t, Flight<S>> in_flight = {};               // by slot
  std::map<std::size_t, Flight<S>> buffers_in_flight = {};       // by the field that receives
  Averager<S> averager;                                          // of all workers
  std::map<int, GroupAverager<S>> group_averagers = {};          // by the groups' size
  std::map<std::size_t, Publisher<S>> publishers = {};           // by the field of public copies
  std::map<std::size_t, CodedAverager<S>> coded_averagers = {};  // by the field averaged
  PushWeights weights;
  PushWeights weights_before = weights;      // the last push
  const Layout* buffers = nullptr;           // of the problem
  std::vector<std::vector<S>> scratch = {};  // per thread: a block of every local worker
  // The gradient of a local worker's batch of the step at a model of anyone's. Any thread.
  std::function<void(int worker, const S* x, S* gradient, int thread)> gradient_at = {};
  std::vector<S> self_weights = {};  // per local worker, of the step; empty: 1
  // Performs a kernel over all local workers, in order.
  std::function<void(const BoundKernel<S>& kernel)> run_kernel = {};
  Tracer* tracer = nullptr;
  Times times = {};

  bool spread() const { return peers.transport != nullptr; }
  comm::WorkerRange local() const { return rows->local(); }
  // Waits, and adds the time to `wait_s`.
  template <class Wait>
  Status timed_wait(const Wait& wait) {
    const Traced traced(tracer, "wait", kAllWorkers);
    const auto started = SteadyClock::now();
    Status arrived = wait();
    times.wait_s += seconds_since(started);
    return arrived;
  }
};

}  // namespace murmur::engine
