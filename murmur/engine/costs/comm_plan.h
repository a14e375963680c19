// SPDX-License-Identifier: Apache-2.0
// What a program's rounds cost machines, without performing them: its gradients and what is said
// between workers, in order, with the bytes that the engine would count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/program.h"
#include "murmur/engine/costs/event_schedule.h"
#include "murmur/timing/edges.h"
#include "murmur/topology/topology.h"

namespace murmur::engine {

struct CommEvent {
  enum class Kind {
    kGradient,
    kExchange,
    kSend,
    kArrive,
    kAverage,
    kSequential,  // from worker to worker, round the circle
    kPairs,       // of an asynchronous program: the pairs that met in this step
  };
  Kind kind = Kind::kGradient;
  double bytes = 0;                      // of one message; average: of what is averaged
  const timing::Edges* edges = nullptr;  // exchange, send; valid until the next step
  std::size_t slot = 0;                  // send, arrive
  int group = 0;                         // average: of groups of so many workers; 0: of all
  const std::vector<timing::Edge>* met = nullptr;  // pairs: valid until the next step
};

class CommPlan {
 public:
  // `parameters`: of the model in messages. `schedule`: of an asynchronous program; null: all
  // workers are equally fast.
  template <class S>
  CommPlan(const Program<S>& program,
           std::shared_ptr<const topology::Topology> topology,
           std::int64_t parameters,
           std::shared_ptr<EventSchedule> schedule = nullptr);

  // Those of the next step, the first being step 0. Valid until the next call. Fails where the
  // schedule does.
  Result<const std::vector<CommEvent>*> next();

  std::int64_t step() const { return step_; }          // of the next call
  std::int64_t bytes_sent() const { return bytes_; }   // so far, as the engine counts
  std::int64_t messages() const { return messages_; }  // the same
  int workers() const { return topology_->workers(); }
  const EventSchedule* schedule() const { return schedule_.get(); }  // null: workers act together

 private:
  // What of a stage costs something; a stage that costs nothing is none of them.
  struct Gradient {};
  struct Average {
    int group = 0;
    bool drains = false;  // first takes what is in flight
  };
  struct Sequential {
    std::size_t fields = 0;  // of one message
  };
  using Cost = std::variant<std::monostate,
                            Gradient,
                            MixStage,
                            PushStage,
                            SendStage,
                            ArriveStage,
                            Average,
                            ResetWeightsStage,
                            Sequential>;
  struct PlannedStage {
    Cost cost;
    std::function<bool(std::int64_t step)> due;
  };
  struct Graph {
    timing::Edges edges;
    bool rows_sum_to_one = false;
  };

  const Graph& graph();
  template <class S>
  static Cost cost_of(const Program<S>& program, const Stage<S>& stage);
  void emit(std::monostate /*nothing*/) {}
  void emit(const Gradient& gradient);
  void emit(const MixStage& mix);
  void emit(const PushStage& push);
  void emit(const SendStage& send);
  void emit(const ArriveStage& arrive);
  void emit(const Average& average);
  void emit(const ResetWeightsStage& reset);
  void emit(const Sequential& sequential);
  // A message of so many bytes over every edge of the step's graph.
  void emit_over_edges(CommEvent event, std::int64_t message);
  std::int64_t push_message() const;
  void emit_pairs(const MixStage& mix);

  std::shared_ptr<const topology::Topology> topology_;
  std::shared_ptr<EventSchedule> schedule_;
  std::vector<PlannedStage> round_;
  std::size_t event_stages_ = 0;
  std::size_t slots_ = 0;
  std::int64_t row_bytes_ = 0;
  std::int64_t scalar_bytes_ = 0;
  std::map<std::int64_t, Graph> graphs_;  // by step of the period
  std::size_t kept_edges_ = 0;
  std::optional<Graph> passing_;  // of a step that is not kept
  std::int64_t passing_step_ = -1;
  bool weights_differ_ = false;  // push-sum's scalars travel too
  std::vector<CommEvent> events_;
  std::vector<timing::Edge> met_;
  std::int64_t step_ = 0;
  std::int64_t bytes_ = 0;
  std::int64_t messages_ = 0;
};

extern template CommPlan::CommPlan(const Program<float>&,
                                   std::shared_ptr<const topology::Topology>,
                                   std::int64_t,
                                   std::shared_ptr<EventSchedule>);
extern template CommPlan::CommPlan(const Program<double>&,
                                   std::shared_ptr<const topology::Topology>,
                                   std::int64_t,
                                   std::shared_ptr<EventSchedule>);

}  // namespace murmur::engine
