// SPDX-License-Identifier: Apache-2.0
// What a program's rounds cost machines, without performing them: its gradients and the messages
// between workers, in order, with the bytes that the engine would count. Each way of talking says
// its own (ways/way.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/program.h"
#include "murmur/engine/costs/event_schedule.h"
#include "murmur/engine/settings/gradient_settings.h"
#include "murmur/engine/settings/participation.h"
#include "murmur/engine/ways/coded_size.h"
#include "murmur/engine/ways/costs.h"
#include "murmur/timing/edges.h"
#include "murmur/topology/topology.h"

namespace murmur::engine {

// A way of talking of either precision.
class PlannedWay {
 public:
  PlannedWay() = default;
  PlannedWay(const PlannedWay&) = delete;
  PlannedWay& operator=(const PlannedWay&) = delete;
  virtual ~PlannedWay() = default;
  virtual bool uses_graph() const = 0;
  virtual Traffic traffic(const StepCosts& step) const = 0;
  virtual void plan(StepCosts& step, std::vector<CommEvent>& events) const = 0;
};

// What a step costs beside its messages, and which workers take part in it.
struct StepSettings {
  GradientSettings gradient = {};
  std::shared_ptr<const Participation> participation = nullptr;  // null: all workers
  CodedSize coded = {};                                          // of messages that may be encoded
};

class CommPlan {
 public:
  // `numbers`: of a row in messages. `schedule`: of an asynchronous program; null: all workers are
  // equally fast.
  template <class S>
  CommPlan(const Program<S>& program,
           std::shared_ptr<const topology::Topology> topology,
           const RowNumbers& numbers,
           std::shared_ptr<EventSchedule> schedule = nullptr,
           StepSettings settings = {});

  // Those of the next step, the first being step 0. Valid until the next call. Fails where the
  // schedule does.
  Result<const std::vector<CommEvent>*> next();

  std::int64_t step() const { return step_; }          // of the next call
  std::int64_t bytes_sent() const { return bytes_; }   // so far, as the engine counts
  std::int64_t messages() const { return messages_; }  // the same
  int workers() const { return topology_->workers(); }
  const EventSchedule* schedule() const { return schedule_.get(); }  // null: workers act together

 private:
  struct PlannedStage {
    // One of them, or neither: the stage costs nothing.
    bool is_gradient = false;
    std::unique_ptr<PlannedWay> way;
    std::optional<ResetWeightsStage> reset;
    std::function<bool(std::int64_t step)> due;
  };
  struct Graph {
    timing::Edges edges;
    bool rows_sum_to_one = false;
  };

  template <class S>
  void add(const std::shared_ptr<const Program<S>>& program, const Stage<S>& stage);
  const Graph& graph();
  void perform(const PlannedStage& stage, StepCosts& costs);
  void perform_pairs(const PlannedWay& way, StepCosts costs);

  std::shared_ptr<const topology::Topology> topology_;
  std::shared_ptr<EventSchedule> schedule_;
  RowNumbers numbers_;
  std::vector<PlannedStage> round_;
  std::size_t event_stages_ = 0;
  StepSettings settings_;
  std::vector<int> drawn_;                // for the step, if some sit out
  std::map<std::int64_t, Graph> graphs_;  // by step of the period
  std::size_t kept_edges_ = 0;
  std::optional<Graph> passing_;  // of a step that is not kept
  std::int64_t passing_step_ = -1;
  bool weights_differ_ = false;  // push-sum's scalars travel too
  std::vector<CommEvent> events_;
  std::vector<timing::Edge> pairs_;
  std::int64_t step_ = 0;
  std::int64_t bytes_ = 0;
  std::int64_t messages_ = 0;
};

extern template CommPlan::CommPlan(const Program<float>&,
                                   std::shared_ptr<const topology::Topology>,
                                   const RowNumbers&,
                                   std::shared_ptr<EventSchedule>,
                                   StepSettings);
extern template CommPlan::CommPlan(const Program<double>&,
                                   std::shared_ptr<const topology::Topology>,
                                   const RowNumbers&,
                                   std::shared_ptr<EventSchedule>,
                                   StepSettings);

}  // namespace murmur::engine
