// SPDX-License-Identifier: Apache-2.0
// Performs the rounds of a program for the workers that live in this process. No result depends on
// the number of threads, on blocking, on which process owns which worker or on what arrives first.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "murmur/comm/ownership.h"
#include "murmur/comm/transport.h"
#include "murmur/core/arena.h"
#include "murmur/core/call_site.h"
#include "murmur/core/error.h"
#include "murmur/core/program.h"
#include "murmur/engine/costs/event_schedule.h"
#include "murmur/engine/tracer.h"
#include "murmur/problems/problem.h"
#include "murmur/threads/pool.h"
#include "murmur/topology/topology.h"

namespace murmur::engine {

// What an engine is made of. Pointers are borrowed and outlive the engine.
template <class S>
struct EngineParts {
  Program<S> program;
  std::shared_ptr<const topology::Topology> topology;
  problems::Problem<S>* problem = nullptr;
  threads::Pool* pool = nullptr;
  comm::Transport* transport = nullptr;  // null: a world of one process
  comm::Ownership ownership;             // of as many processes as the transport has
  double weight_decay = 0;
  std::shared_ptr<EventSchedule> schedule =
      nullptr;          // of an asynchronous program; null: all equally fast
  Layout factors = {};  // of the program's fields with that layout
};

template <class S>
const Layout& layout_of(const EngineParts<S>& parts, FieldLayout layout) {
  switch (layout) {
    case FieldLayout::kBuffers:
      return parts.problem->buffers();
    case FieldLayout::kFactors:
      return parts.factors;
    case FieldLayout::kParameters:
      break;
  }
  return parts.problem->layout();
}

// kInvalid: the engine would send more messages than the transport can distinguish. The same on all
// processes.
template <class S>
Status check_limits(const EngineParts<S>& parts);

// The part of an engine's state that is not in rows.
struct Counters {
  std::int64_t step = 0;  // rounds performed
  // Rounds since the start or the last reset of the memory, less those whose rate left it as it
  // was.
  std::int64_t age = 0;
  double previous_lr = 0;
  std::int64_t bytes_sent = 0;  // payload, all workers, as interface.md counts
  std::int64_t messages = 0;
  // Push-sum weights of all workers, then of what is in flight, slot by slot; empty while all
  // are 1.
  std::vector<double> push_weights = {};
};

// Cumulative wall time, seconds; gradient and algorithm are summed over threads and divided by
// their number.
struct Times {
  double gradient_s = 0;
  double algorithm_s = 0;
  double wait_s = 0;
};

template <class S>
class Performer;

template <class S>
class Engine {
 public:
  // REQUIRES: check_limits(parts).
  explicit Engine(EngineParts<S> parts);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  // Reports to the tracer from now on, which outlives the engine; null: to none.
  void trace(Tracer* tracer);

  // One round at learning rate `lr`, 0 or more. Returns, of each local worker in order, the sum of
  // the batch losses of the gradients that it took in this round, each taken before its step and
  // times its weight; valid until the next call.
  Result<std::span<const double>> step(double lr);
  // The sums of those weights: a full batch weighs 1. 0: a worker took no gradient in this round,
  // as it may in an asynchronous program.
  std::span<const double> loss_weights() const;

  const Program<S>& program() const;
  comm::WorkerRange local() const;
  const Layout& layout() const;  // of the model
  const Layout& layout(const Field& field) const;
  const Counters& counters() const;
  const Times& times() const;
  std::size_t state_bytes() const;

  // The model that `worker`, a local one, would evaluate now.
  const S* model(int worker) const;
  // Takes in messages that are in flight between processes, so that the fields of what is in flight
  // hold all of it. Collective; rows may be read and written behind it.
  Status settle();
  // Field f of a local worker (its single row where the field is kept once).
  std::span<const S> row(std::size_t field, int worker) const;
  std::span<S> mutable_row(std::size_t field, int worker);
  void restore(const Counters& counters);
  // As it was made: the starts, empty memories, no step. REQUIRES: nothing is in flight between
  // processes (settle()).
  void restart();

  // The exact average of all workers' models, computed as the average stage does it, into `row`.
  Status average_model(std::span<S> row);
  // Root mean square over all workers of the distance to that average.
  Result<double> consensus_distance(std::span<const S> average);
  // One double per local worker in; the same of all workers, in worker order, out, on every
  // process. Processes at different places of the program do not exchange numbers.
  Result<std::vector<double>> gather(std::span<const double> local,
                                     const CallSite& place = CallSite::here());

 private:
  std::unique_ptr<Performer<S>> performer_;
};

extern template class Engine<float>;
extern template class Engine<double>;

}  // namespace murmur::engine
