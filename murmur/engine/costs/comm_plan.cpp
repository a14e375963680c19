// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/costs/comm_plan.h"

#include <utility>

#include "murmur/engine/costs/traffic.h"
#include "murmur/engine/exchange/push_weights.h"

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

// How many fields a message of the stage has.
template <class S>
std::size_t travelling(const Program<S>& program, const Stage<S>& stage) {
  if (stage.kind == StageKind::kSend) {
    return 1;  // the other one is where it arrives
  }
  return stage.kind == StageKind::kSequential ? carried_fields(program, stage).size()
                                              : stage.fields.size();
}

}  // namespace

template <class S>
CommPlan::CommPlan(const Program<S>& program,
                   std::shared_ptr<const topology::Topology> topology,
                   std::int64_t parameters,
                   std::shared_ptr<EventSchedule> schedule)
    : topology_(std::move(topology)),
      schedule_(std::move(schedule)),
      stages_in_turns_(program.event_stages),
      slots_(program.slots()),
      row_bytes_(parameters * static_cast<std::int64_t>(sizeof(S))),
      scalar_bytes_(sizeof(S)) {
  if (program.is_asynchronous() && schedule_ == nullptr) {
    schedule_ = std::make_shared<EventSchedule>(topology_, Pace{}, 0);
  }
  const auto numerator = program.numerator();
  for (const Stage<S>& stage : program.round) {
    round_.push_back({.kind = stage.kind,
                      .fields = travelling(program, stage),
                      .slot = stage.slot,
                      .group = stage.group,
                      .drains = stage.kind == StageKind::kAverage && stage.group == 0 &&
                                numerator && stage.fields.front() == *numerator,
                      .due = stage.due});
  }
}

Result<const std::vector<CommEvent>*> CommPlan::next() {
  events_.clear();
  met_.clear();
  if (schedule_ != nullptr) {
    if (const Status went = schedule_->go_to(step_); !went) {
      return went.failure();
    }
  }
  for (std::size_t k = 0; k < round_.size(); ++k) {
    const StageCost& cost = round_[k];
    if (cost.due && !cost.due(step_)) {
      continue;
    }
    if (k >= stages_in_turns_) {
      emit(cost);
    } else if (cost.kind == StageKind::kMix) {
      meet(cost);
    }
  }
  ++step_;
  return &events_;
}

void CommPlan::emit(const StageCost& cost) {
  switch (cost.kind) {
    case StageKind::kGradient:
      events_.push_back({.kind = CommEvent::Kind::kGradient});
      return;
    case StageKind::kMix:
    case StageKind::kPush:
    case StageKind::kSend:
      return exchange(cost);
    case StageKind::kArrive:
      events_.push_back({.kind = CommEvent::Kind::kArrive, .slot = cost.slot});
      return;
    case StageKind::kAverage:
      return average(cost);
    case StageKind::kSequential:
      return send_sequentially(cost);
    case StageKind::kResetWeights:
      weights_differ_ = weights_differ_ && cost.group != 0;
      return;
    case StageKind::kLocal:
    case StageKind::kReduce:
    case StageKind::kReset:
      return;
  }
}

// Both models of every pair travel.
void CommPlan::meet(const StageCost& cost) {
  for (const EventBatch& batch : schedule_->batches()) {
    for (int i = 0; i < workers(); ++i) {
      for (const topology::Neighbor& neighbor : batch.mixing.in(i)) {
        met_.push_back({.from = neighbor.worker, .to = i});
      }
    }
  }
  const std::int64_t message = static_cast<std::int64_t>(cost.fields) * row_bytes_;
  const auto count = static_cast<std::int64_t>(met_.size());
  bytes_ += count * message;
  messages_ += count;
  events_.push_back(
      {.kind = CommEvent::Kind::kPairs, .bytes = static_cast<double>(message), .met = &met_});
}

void CommPlan::send_sequentially(const StageCost& cost) {
  const std::int64_t message = static_cast<std::int64_t>(cost.fields) * row_bytes_;
  const Traffic sent = sequential_traffic(workers(), message);
  bytes_ += sent.bytes;
  messages_ += sent.messages;
  events_.push_back({.kind = CommEvent::Kind::kSequential, .bytes = static_cast<double>(message)});
}

void CommPlan::exchange(const StageCost& cost) {
  const Graph& graph = this->graph();
  const bool sends = cost.kind == StageKind::kSend;
  if (cost.kind != StageKind::kMix) {
    weights_differ_ = weights_differ_ || sends || !graph.rows_sum_to_one;
  }
  const bool with_weight = cost.kind != StageKind::kMix && weights_differ_;
  const std::int64_t message =
      static_cast<std::int64_t>(cost.fields) * row_bytes_ + (with_weight ? scalar_bytes_ : 0);
  const auto edges = static_cast<std::int64_t>(graph.edges.all().size());
  bytes_ += edges * message;
  messages_ += edges;
  events_.push_back({.kind = sends ? CommEvent::Kind::kSend : CommEvent::Kind::kExchange,
                     .bytes = static_cast<double>(message),
                     .edges = &graph.edges,
                     .slot = cost.slot});
}

void CommPlan::average(const StageCost& cost) {
  for (std::size_t slot = 0; cost.drains && slot < slots_; ++slot) {
    events_.push_back({.kind = CommEvent::Kind::kArrive, .slot = slot});
  }
  const Traffic sent = average_traffic(workers(), cost.group, row_bytes_);
  bytes_ += sent.bytes;
  messages_ += sent.messages;
  events_.push_back({.kind = CommEvent::Kind::kAverage,
                     .bytes = static_cast<double>(row_bytes_),
                     .group = cost.group});
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
                            std::int64_t,
                            std::shared_ptr<EventSchedule>);
template CommPlan::CommPlan(const Program<double>&,
                            std::shared_ptr<const topology::Topology>,
                            std::int64_t,
                            std::shared_ptr<EventSchedule>);

}  // namespace murmur::engine
