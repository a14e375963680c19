// SPDX-License-Identifier: Apache-2.0
// Walks the passes of a round. The only reader of stages besides passes.h.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "murmur/engine/engine.h"
#include "murmur/engine/exchange/average.h"
#include "murmur/engine/exchange/buckets.h"
#include "murmur/engine/exchange/group_average.h"
#include "murmur/engine/exchange/mix.h"
#include "murmur/engine/exchange/push_weights.h"
#include "murmur/engine/exchange/rows.h"
#include "murmur/engine/passes.h"

namespace murmur::engine {

template <class S>
class Performer {
 public:
  explicit Performer(EngineParts<S> parts);

  Status step(double lr);
  void trace(Tracer* tracer) { tracer_ = tracer; }

  const EngineParts<S>& parts() const { return parts_; }
  const Rows<S>& rows() const { return rows_; }
  Rows<S>& rows() { return rows_; }
  const Counters& counters() const { return counters_; }
  const Times& times() const { return times_; }
  const std::vector<double>& losses() const { return losses_; }
  const std::vector<double>& loss_weights() const { return loss_weights_; }
  std::size_t bytes() const { return rows_.bytes() + gradients_.bytes(); }
  void restore(const Counters& counters);
  void restart();

  // Takes in what is in flight, so that slots hold all of it.
  Status settle();
  Status average_model(S* out);
  Result<double> consensus_distance(const S* average);
  Result<std::vector<double>> gather(std::span<const double> local, const CallSite& place);

 private:
  struct ThreadTimes {  // seconds of one thread, padded so that threads do not share a line
    alignas(kAlignment) double gradient_s = 0;
    double algorithm_s = 0;
  };

  using BeforeBlock = std::function<void(CoordinateRange range, int thread)>;

  void start_rows();
  Status perform_event_batches(const std::vector<Pass<S>>& passes);
  Status perform_all(const std::vector<Pass<S>>& passes);
  // Memories at their initial value: zero, or a copy of the model.
  void reinitialize(const std::vector<std::size_t>& fields);
  Status perform(const Pass<S>& pass, comm::Tag tag);
  // One per type of stage; `pass.head` is the stage.
  Status perform(const MixStage& stage, const Pass<S>& pass, comm::Tag tag);
  Status perform(const PushStage& stage, const Pass<S>& pass, comm::Tag tag);
  Status perform(const SendStage& stage, const Pass<S>& pass, comm::Tag tag);
  Status perform(const ArriveStage& stage, const Pass<S>& pass, comm::Tag tag);
  Status perform(const AverageStage& stage, const Pass<S>& pass, comm::Tag tag);
  Status perform(const SequentialStage<S>& stage, const Pass<S>& pass, comm::Tag tag);
  Status perform(const ReduceStage<S>& stage, const Pass<S>& pass, comm::Tag tag);
  Status perform(const FilterReduceStage<S>& stage, const Pass<S>& pass, comm::Tag tag);
  Status perform(const ResetStage& stage, const Pass<S>& pass, comm::Tag tag);
  Status perform(const ResetWeightsStage& stage, const Pass<S>& pass, comm::Tag tag);
  // `next`: the pass behind it, or null; what that sends is posted during backward.
  void take_gradients(const Pass<S>& pass, const Pass<S>* next, comm::Tag next_tag);
  void open_early(const Pass<S>& pass, const Pass<S>* next, comm::Tag next_tag);
  // `batch`: which of the worker's gradients it is.
  void gradient_of(const Pass<S>& pass, int worker, std::int64_t batch, int thread);
  void use_gradient(const Pass<S>& pass, int worker, CoordinateRange range, int thread);
  void post_early(const Pass<S>& pass, problems::GradientJob<S>& job, int thread);
  // The mixer of a stage that mixes, pushes or sends, and what it sends; null for other stages.
  Mixer<S>* mixer_for(const Stage<S>& stage);
  void open_mix(Mixer<S>& mixer, const std::vector<std::size_t>& fields, comm::Tag tag);
  void open_and_post(Mixer<S>& mixer, const std::vector<std::size_t>& fields, comm::Tag tag);
  void post_all(Mixer<S>& mixer);
  Status wait(Mixer<S>& mixer, std::size_t bucket);
  Status mix(const Pass<S>& pass, const BeforeBlock& before);
  bool touches_flight(const Pass<S>& pass) const;
  // Of one mix of so many fields; with push-sum's weight where weights differ.
  void count_messages(const Mixer<S>& mixer, std::size_t fields, bool pushes);
  Mixer<S>& mixer_of(std::size_t slot);
  Status take_average(const AverageStage& stage, comm::Tag tag);
  void open_average(const AverageStage& stage, comm::Tag tag);
  Status send_sequentially(const std::vector<std::size_t>& fields, int from, int to, comm::Tag tag);
  // Calls before(range, thread) and then the local stages, block by block, over all local workers.
  void over_blocks(const Pass<S>& pass, const BeforeBlock& before) {
    over_blocks(pass, {0, rows_.row_size()}, before);
  }
  void over_blocks(const Pass<S>& pass, CoordinateRange range, const BeforeBlock& before);
  void locals(const Pass<S>& pass, CoordinateRange range, int thread);
  Round<S> round_of(int worker) const;
  void add_up_times();

  EngineParts<S> parts_;
  Tracer* tracer_ = nullptr;
  Buckets buckets_;
  Peers peers_;
  Rows<S> rows_;
  std::optional<std::size_t> buffers_field_;
  Arena<S> gradients_;  // a row per compute thread
  Passes<S> passes_;
  Mixer<S> mixer_;
  std::map<std::size_t, Mixer<S>> in_flight_;  // by slot
  std::map<std::size_t, std::size_t> slots_;   // slot -> its field
  // While gradients are taken and a communication follows: what becomes of a final bucket.
  std::function<void(int worker, std::size_t bucket)> post_bucket_;
  Averager<S> averager_;
  std::map<int, GroupAverager<S>> group_averagers_;  // by the groups' size
  PushWeights push_weights_;
  std::size_t block_ = 0;    // coordinates
  std::uint64_t asked_ = 0;  // averages and gathers between rounds, as many on all processes
  Counters counters_;
  Times times_;
  double lr_ = 0;
  bool was_reset_ = false;                   // in this round
  const EventBatch* event_batch_ = nullptr;  // the one being performed; null: all workers act
  std::vector<double> losses_;               // per local worker, of this round
  std::vector<double> loss_weights_;         // the same
  std::vector<double> reduced_;              // per local worker
  std::vector<ThreadTimes> thread_times_;    // per thread
  std::vector<std::vector<S>> scratch_;      // per thread: a block of every local worker
  std::vector<std::vector<S*>> pointers_;    // per thread: a pointer per field
};

extern template class Performer<float>;
extern template class Performer<double>;

}  // namespace murmur::engine
