// SPDX-License-Identifier: Apache-2.0
// Performs the rounds of a program for the workers that live in this process. No result depends on
// the number of threads, on blocking, on which process owns which worker or on what arrives first.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "murmur/core/arena.h"
#include "murmur/core/error.h"
#include "murmur/engine/attendance.h"
#include "murmur/engine/consistency.h"
#include "murmur/engine/exchange/buckets.h"
#include "murmur/engine/exchange/collectives.h"
#include "murmur/engine/exchange/field_average.h"
#include "murmur/engine/gradient_recipe.h"
#include "murmur/engine/parts.h"
#include "murmur/engine/passes.h"
#include "murmur/engine/ways/way.h"

namespace murmur::engine {

template <class S>
class OwnRounds;

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
  // times its weight; valid until the next call. Behind a round that failed or threw nothing but
  // restore() and restart() succeeds (consistency.h).
  Result<std::span<const double>> step(double lr);
  // The sums of those weights: a full batch weighs 1; 0: the worker took no gradient in this round.
  std::span<const double> loss_weights() const;
  // How many batches the worker has begun: the number of its next one.
  std::int64_t next_batch(int worker) const { return attendance_.batch(worker); }

  const Program<S>& program() const;
  int workers() const { return parts_.ownership.workers(); }  // of all processes
  comm::WorkerRange local() const;
  const Layout& layout() const;  // of the model
  const Layout& layout(const Field& field) const;
  const Counters& counters() const;
  std::size_t factor_groups() const { return factors_.groups().size(); }  // of tensors
  void set_factors(const std::vector<TensorFactors>& by_tensor);          // from the next round on
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
  // Likewise of all workers' buffers. REQUIRES: the problem has buffers.
  Status average_buffers(std::span<S> row);
  // Root mean square over all workers of the distance to that average.
  Result<double> consensus_distance(std::span<const S> average);
  Collectives& collectives() { return collectives_; }  // of its processes, between rounds

 private:
  friend class OwnRounds<S>;

  void start_rows();
  // Memories at their initial value: zero, or a copy of the model.
  void reinitialize(const std::vector<std::size_t>& fields);
  // The walk over the passes of a round.
  const typename Passes<S>::OfStep& open_round(double lr);
  std::span<const double> close_round();
  Status perform_event_batches(const std::vector<Pass<S>>& passes);
  Status perform_all(const std::vector<Pass<S>>& passes, std::size_t first);  // from this one on
  Status settle_before(const Pass<S>& pass);
  Status perform(const Pass<S>& pass, const Call& call);
  Status talk(Way<S>& way, const Pass<S>& pass, const Call& call);
  Call call_of(std::size_t pass) const;
  Way<S>* way_of(const Pass<S>& pass) const;  // null: its head does not talk
  // `next`: the way of the pass behind it, or null; what that sends is posted during backward.
  void take_gradients(const Pass<S>& pass, Way<S>* next, const Call& next_call);
  // Opens `next` if it can be posted from during this gradient pass; null: it cannot.
  Way<S>* open_early(const Pass<S>& pass, Way<S>* next, const Call& next_call);
  // `early`: null, or where rows are posted.
  void gradient_of(const Pass<S>& pass, int worker, Way<S>* early, int thread);
  bool acts(int worker) const;  // in this step or event batch
  void begin_batches();
  void post_early(const Pass<S>& pass, problems::GradientJob<S>& job, Way<S>& way, int thread);
  void use_gradient(const Pass<S>& pass, int worker, CoordinateRange range, int thread);
  void reduce(const ReduceStage<S>& stage);
  void reduce_filters(const FilterReduceStage<S>& stage);
  // Calls work(range, thread), if there is any, and then the local stages, block by block, over all
  // local workers.
  void over_blocks(const Pass<S>& pass, CoordinateRange range, const BlockWork& work);
  void locals(const Pass<S>& pass, CoordinateRange range, int thread);
  // Runs a kernel over a range of a worker's rows; `gradient`: its whole row, or null.
  void apply(const BoundKernel<S>& kernel,
             int worker,
             CoordinateRange range,
             const S* gradient,
             int thread);
  Round<S> round_of(int worker, std::size_t group) const;  // of tensors, as in factors_
  void grow_older();
  void add_up_times();
  EngineParts<S> parts_;
  Buckets buckets_;
  Rows<S> rows_;
  Arena<S> gradients_;  // a row per compute thread
  GradientRecipe<S> recipe_;
  FactorRanges factors_;
  Attendance attendance_;
  std::optional<std::size_t> buffers_field_;
  std::unique_ptr<FieldAverager<S>> buffers_averager_;  // null before its first use
  Passes<S> passes_;
  WayState<S> state_;
  Collectives collectives_;
  std::vector<std::unique_ptr<Way<S>>> ways_;  // per stage of the round; null: it does not talk
  std::size_t block_ = 0;                      // coordinates
  Counters counters_;
  double lr_ = 0;
  bool was_reset_ = false;  // in this round
  Consistency consistency_;
  const EventBatch* event_batch_ = nullptr;  // the one being performed; null: all workers act
  std::vector<double> losses_;               // per local worker, of this round
  std::vector<double> loss_weights_;         // the same
  std::vector<double> reduced_;              // per local worker
  std::vector<ThreadTimes> thread_times_;    // per thread
  std::vector<std::vector<S*>> pointers_;    // per thread: a pointer per field
};

extern template class Engine<float>;
extern template class Engine<double>;

}  // namespace murmur::engine
