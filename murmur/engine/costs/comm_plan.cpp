// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/costs/comm_plan.h"

#include <utility>

#include "murmur/engine/exchange/push_weights.h"
#include "murmur/engine/ways/way.h"
#include "murmur/topology/pauses.h"

namespace murmur::engine {
namespace {

// Graphs are kept as long as all of them have no more edges than this: 64 MiB.
constexpr std::size_t kMostKeptEdges = std::size_t{1} << 22U;

timing::Edges edges_of(const topology::MixingMatrix& matrix) {
  std::vector<timing::Edge> edges;
  edges.reserve(static_cast<std::size_t>(matrix.edges()));
  for (int i = 0; i < matrix.workers(); ++i) {
    for (const topology::Neighbor& neighbor : matrix.in(i)) {
      edges.push_back({.from = neighbor.worker, .to = i});
    }
  }
  return {matrix.workers(), std::move(edges)};
}

template <class S>
class PlannedWayOf : public PlannedWay {
 public:
  // Keeps the program.
  PlannedWayOf(std::shared_ptr<const Program<S>> program, std::unique_ptr<Way<S>> way)
      : program_(std::move(program)), way_(std::move(way)) {}
  bool uses_graph() const override { return way_->uses_graph(); }
  Traffic traffic(const StepCosts& step) const override { return way_->traffic(step); }
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override {
    way_->plan(step, events);
  }

 private:
  std::shared_ptr<const Program<S>> program_;
  std::unique_ptr<Way<S>> way_;
};

}  // namespace

template <class S>
CommPlan::CommPlan(const Program<S>& program,
                   std::shared_ptr<const topology::Topology> topology,
                   const RowNumbers& numbers,
                   std::shared_ptr<EventSchedule> schedule,
                   StepSettings settings)
    : topology_(topology::with_pauses(std::move(topology), program.round_steps)),
      schedule_(std::move(schedule)),
      numbers_(numbers),
      event_stages_(program.event_stages),
      settings_(std::move(settings)) {
  if (program.is_asynchronous() && schedule_ == nullptr) {
    schedule_ = std::make_shared<EventSchedule>(topology_, Pace{}, 0);
  }
  const auto kept = std::make_shared<const Program<S>>(program);
  for (const Stage<S>& stage : kept->round) {
    add(kept, stage);
  }
}

template <class S>
void CommPlan::add(const std::shared_ptr<const Program<S>>& program, const Stage<S>& stage) {
  PlannedStage planned;
  planned.is_gradient = stage.template is<GradientStage<S>>();
  if (const auto* const reset = stage.template as<ResetWeightsStage>()) {
    planned.reset = *reset;
  }
  auto way = make_way<S>({.program = program.get(),
                          .numbers = numbers_,
                          .coded = settings_.coded,
                          .topology = topology_.get()},
                         stage);
  if (way != nullptr) {
    planned.way = std::make_unique<PlannedWayOf<S>>(program, std::move(way));
  }
  planned.due = stage.due;
  round_.push_back(std::move(planned));
}

Result<const std::vector<CommEvent>*> CommPlan::next() {
  events_.clear();
  pairs_.clear();
  if (schedule_ != nullptr) {
    if (const Status went = schedule_->go_to(step_); !went) {
      return went.failure();
    }
  }
  const Participation* const participation = settings_.participation.get();
  const bool partial = participation != nullptr && participation->is_partial_at(step_);
  drawn_ = partial ? participation->at(step_).drawn : std::vector<int>();
  StepCosts costs{.step = step_,
                  .workers = workers(),
                  .weights_differ = weights_differ_,
                  .drawn = partial ? &drawn_ : nullptr};
  for (std::size_t k = 0; k < round_.size(); ++k) {
    const PlannedStage& stage = round_[k];
    if (stage.due && !stage.due(step_)) {
      continue;
    }
    if (k >= event_stages_) {
      perform(stage, costs);
    } else if (stage.way != nullptr) {
      perform_pairs(*stage.way, costs);
    }
  }
  weights_differ_ = costs.weights_differ;
  ++step_;
  return &events_;
}

void CommPlan::perform(const PlannedStage& stage, StepCosts& costs) {
  if (stage.is_gradient) {
    events_.push_back({.kind = CommEvent::Kind::kGradient,
                       .passes = settings_.gradient.passes(),
                       .early = settings_.gradient.is_final_early(),
                       .drawn = costs.drawn});
  }
  if (stage.reset) {
    costs.weights_differ = costs.weights_differ && stage.reset->group != 0;
  }
  if (stage.way == nullptr) {
    return;
  }
  if (costs.graph == nullptr && stage.way->uses_graph()) {
    const Graph& graph = this->graph();
    costs.graph = &graph.edges;
    costs.edges = static_cast<std::int64_t>(graph.edges.all().size());
    costs.rows_sum_to_one = graph.rows_sum_to_one;
  }
  stage.way->plan(costs, events_);
  const Traffic sent = stage.way->traffic(costs);
  bytes_ += sent.bytes;
  messages_ += sent.messages;
}

// Both models of every pair travel.
void CommPlan::perform_pairs(const PlannedWay& way, StepCosts costs) {
  const bool first = pairs_.empty();
  for (const EventBatch& batch : schedule_->batches()) {
    for (int i = 0; first && i < workers(); ++i) {
      for (const topology::Neighbor& neighbor : batch.mixing.in(i)) {
        pairs_.push_back({.from = neighbor.worker, .to = i});
      }
    }
  }
  costs.edges = static_cast<std::int64_t>(pairs_.size());
  std::vector<CommEvent> exchange;
  way.plan(costs, exchange);
  const Traffic sent = way.traffic(costs);
  bytes_ += sent.bytes;
  messages_ += sent.messages;
  events_.push_back(
      {.kind = CommEvent::Kind::kPairs, .bytes = exchange.front().bytes, .pairs = &pairs_});
}

const CommPlan::Graph& CommPlan::graph() {
  const std::int64_t period = topology_->period();
  if (period > 0) {
    const auto found = graphs_.find(step_ % period);
    if (found != graphs_.end()) {
      return found->second;
    }
  }
  if (passing_step_ != step_) {
    const topology::MixingMatrix matrix = topology_->at(step_);
    passing_ = Graph{edges_of(matrix), rows_sum_to_one(matrix)};
    passing_step_ = step_;
  }
  if (period == 0 || kept_edges_ + passing_->edges.all().size() > kMostKeptEdges) {
    return *passing_;
  }
  kept_edges_ += passing_->edges.all().size();
  passing_step_ = -1;
  return graphs_.emplace(step_ % period, std::move(*passing_)).first->second;
}

template CommPlan::CommPlan(const Program<float>&,
                            std::shared_ptr<const topology::Topology>,
                            const RowNumbers&,
                            std::shared_ptr<EventSchedule>,
                            StepSettings);
template CommPlan::CommPlan(const Program<double>&,
                            std::shared_ptr<const topology::Topology>,
                            const RowNumbers&,
                            std::shared_ptr<EventSchedule>,
                            StepSettings);

}  // namespace murmur::engine
