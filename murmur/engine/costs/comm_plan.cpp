// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/costs/comm_plan.h"

#include <type_traits>
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

}  // namespace

template <class S>
CommPlan::CommPlan(const Program<S>& program,
                   std::shared_ptr<const topology::Topology> topology,
                   std::int64_t parameters,
                   std::shared_ptr<EventSchedule> schedule)
    : topology_(std::move(topology)),
      schedule_(std::move(schedule)),
      event_stages_(program.event_stages),
      slots_(program.slots()),
      row_bytes_(parameters * static_cast<std::int64_t>(sizeof(S))),
      scalar_bytes_(sizeof(S)) {
  if (program.is_asynchronous() && schedule_ == nullptr) {
    schedule_ = std::make_shared<EventSchedule>(topology_, Pace{}, 0);
  }
  for (const Stage<S>& stage : program.round) {
    round_.push_back({cost_of(program, stage), stage.due});
  }
}

template <class S>
CommPlan::Cost CommPlan::cost_of(const Program<S>& program, const Stage<S>& stage) {
  return std::visit(
      [&](const auto& what) -> Cost {
        using Type = std::remove_cvref_t<decltype(what)>;
        if constexpr (std::is_same_v<Type, GradientStage<S>>) {
          return Gradient{};
        } else if constexpr (std::is_same_v<Type, AverageStage>) {
          return Average{what.group, what.group == 0 && program.numerator() == what.field};
        } else if constexpr (std::is_same_v<Type, SequentialStage<S>>) {
          return Sequential{program.shared_writes(what.kernel).size()};
        } else if constexpr (std::is_constructible_v<Cost, const Type&>) {
          return what;
        } else {
          return std::monostate{};
        }
      },
      stage.what);
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
    const PlannedStage& stage = round_[k];
    if (stage.due && !stage.due(step_)) {
      continue;
    }
    if (k >= event_stages_) {
      std::visit([this](const auto& cost) { emit(cost); }, stage.cost);
    } else if (const auto* const mix = std::get_if<MixStage>(&stage.cost)) {
      emit_pairs(*mix);
    }
  }
  ++step_;
  return &events_;
}

void CommPlan::emit(const Gradient& /*gradient*/) {
  events_.push_back({.kind = CommEvent::Kind::kGradient});
}

void CommPlan::emit(const ArriveStage& arrive) {
  events_.push_back({.kind = CommEvent::Kind::kArrive, .slot = arrive.slot});
}

void CommPlan::emit(const ResetWeightsStage& reset) {
  weights_differ_ = weights_differ_ && reset.group != 0;
}

// Both models of every pair travel.
void CommPlan::emit_pairs(const MixStage& mix) {
  for (const EventBatch& batch : schedule_->batches()) {
    for (int i = 0; i < workers(); ++i) {
      for (const topology::Neighbor& neighbor : batch.mixing.in(i)) {
        met_.push_back({.from = neighbor.worker, .to = i});
      }
    }
  }
  const std::int64_t message = static_cast<std::int64_t>(mix.fields.size()) * row_bytes_;
  const auto count = static_cast<std::int64_t>(met_.size());
  bytes_ += count * message;
  messages_ += count;
  events_.push_back(
      {.kind = CommEvent::Kind::kPairs, .bytes = static_cast<double>(message), .met = &met_});
}

void CommPlan::emit(const Sequential& sequential) {
  const std::int64_t message = static_cast<std::int64_t>(sequential.fields) * row_bytes_;
  const Traffic sent = sequential_traffic(workers(), message);
  bytes_ += sent.bytes;
  messages_ += sent.messages;
  events_.push_back({.kind = CommEvent::Kind::kSequential, .bytes = static_cast<double>(message)});
}

void CommPlan::emit_over_edges(CommEvent event, std::int64_t message) {
  const Graph& graph = this->graph();
  const auto edges = static_cast<std::int64_t>(graph.edges.all().size());
  bytes_ += edges * message;
  messages_ += edges;
  event.bytes = static_cast<double>(message);
  event.edges = &graph.edges;
  events_.push_back(event);
}

void CommPlan::emit(const MixStage& mix) {
  emit_over_edges({.kind = CommEvent::Kind::kExchange},
                  static_cast<std::int64_t>(mix.fields.size()) * row_bytes_);
}

std::int64_t CommPlan::push_message() const {
  return row_bytes_ + (weights_differ_ ? scalar_bytes_ : 0);
}

void CommPlan::emit(const PushStage& /*push*/) {
  weights_differ_ = weights_differ_ || !graph().rows_sum_to_one;
  emit_over_edges({.kind = CommEvent::Kind::kExchange}, push_message());
}

void CommPlan::emit(const SendStage& send) {
  weights_differ_ = true;
  emit_over_edges({.kind = CommEvent::Kind::kSend, .slot = send.slot}, push_message());
}

void CommPlan::emit(const Average& average) {
  for (std::size_t slot = 0; average.drains && slot < slots_; ++slot) {
    events_.push_back({.kind = CommEvent::Kind::kArrive, .slot = slot});
  }
  const Traffic sent = average_traffic(workers(), average.group, row_bytes_);
  bytes_ += sent.bytes;
  messages_ += sent.messages;
  events_.push_back({.kind = CommEvent::Kind::kAverage,
                     .bytes = static_cast<double>(row_bytes_),
                     .group = average.group});
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
