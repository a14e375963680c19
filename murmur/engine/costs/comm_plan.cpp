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
  return stage.kind == StageKind::kInTurn ? carried_fields(program, stage).size()
                                          : stage.fields.size();
}

}  // namespace

template <class S>
Talks::Talks(const Program<S>& program,
             std::shared_ptr<const topology::Topology> topology,
             std::int64_t parameters,
             std::shared_ptr<Turns> turns)
    : topology_(std::move(topology)),
      turns_(std::move(turns)),
      stages_in_turns_(program.stages_in_turns),
      slots_(program.slots()),
      row_bytes_(parameters * static_cast<std::int64_t>(sizeof(S))),
      scalar_bytes_(sizeof(S)) {
  if (program.is_asynchronous() && turns_ == nullptr) {
    turns_ = std::make_shared<Turns>(topology_, Pace{}, 0);
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

Result<const std::vector<Talk>*> Talks::next() {
  talks_.clear();
  met_.clear();
  if (turns_ != nullptr) {
    if (const Status went = turns_->go_to(step_); !went) {
      return went.failure();
    }
  }
  for (std::size_t k = 0; k < round_.size(); ++k) {
    const Said& said = round_[k];
    if (said.due && !said.due(step_)) {
      continue;
    }
    if (k >= stages_in_turns_) {
      say(said);
    } else if (said.kind == StageKind::kMix) {
      meet(said);
    }
  }
  ++step_;
  return &talks_;
}

void Talks::say(const Said& said) {
  switch (said.kind) {
    case StageKind::kGradient:
      talks_.push_back({.kind = Talk::Kind::kGradient});
      return;
    case StageKind::kMix:
    case StageKind::kPush:
    case StageKind::kSend:
      return exchange(said);
    case StageKind::kArrive:
      talks_.push_back({.kind = Talk::Kind::kArrive, .slot = said.slot});
      return;
    case StageKind::kAverage:
      return average(said);
    case StageKind::kInTurn:
      return pass_on(said);
    case StageKind::kResetWeights:
      weights_differ_ = weights_differ_ && said.group != 0;
      return;
    case StageKind::kLocal:
    case StageKind::kReduce:
    case StageKind::kReset:
      return;
  }
}

// Both models of every pair travel.
void Talks::meet(const Said& said) {
  for (const Turn& turn : turns_->turns()) {
    for (int i = 0; i < workers(); ++i) {
      for (const topology::Neighbor& neighbor : turn.mixing.in(i)) {
        met_.push_back({.from = neighbor.worker, .to = i});
      }
    }
  }
  const std::int64_t message = static_cast<std::int64_t>(said.fields) * row_bytes_;
  const auto count = static_cast<std::int64_t>(met_.size());
  bytes_ += count * message;
  messages_ += count;
  talks_.push_back(
      {.kind = Talk::Kind::kMeet, .bytes = static_cast<double>(message), .met = &met_});
}

void Talks::pass_on(const Said& said) {
  const std::int64_t message = static_cast<std::int64_t>(said.fields) * row_bytes_;
  const Traffic sent = turn_traffic(workers(), message);
  bytes_ += sent.bytes;
  messages_ += sent.messages;
  talks_.push_back({.kind = Talk::Kind::kPassOn, .bytes = static_cast<double>(message)});
}

void Talks::exchange(const Said& said) {
  const Graph& graph = this->graph();
  const bool sends = said.kind == StageKind::kSend;
  if (said.kind != StageKind::kMix) {
    weights_differ_ = weights_differ_ || sends || !graph.rows_sum_to_one;
  }
  const bool with_weight = said.kind != StageKind::kMix && weights_differ_;
  const std::int64_t message =
      static_cast<std::int64_t>(said.fields) * row_bytes_ + (with_weight ? scalar_bytes_ : 0);
  const auto edges = static_cast<std::int64_t>(graph.edges.all().size());
  bytes_ += edges * message;
  messages_ += edges;
  talks_.push_back({.kind = sends ? Talk::Kind::kSend : Talk::Kind::kExchange,
                    .bytes = static_cast<double>(message),
                    .edges = &graph.edges,
                    .slot = said.slot});
}

void Talks::average(const Said& said) {
  for (std::size_t slot = 0; said.drains && slot < slots_; ++slot) {
    talks_.push_back({.kind = Talk::Kind::kArrive, .slot = slot});
  }
  const Traffic sent = average_traffic(workers(), said.group, row_bytes_);
  bytes_ += sent.bytes;
  messages_ += sent.messages;
  talks_.push_back({.kind = Talk::Kind::kAverage,
                    .bytes = static_cast<double>(row_bytes_),
                    .group = said.group});
}

const Talks::Graph& Talks::graph() {
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

template Talks::Talks(const Program<float>&,
                      std::shared_ptr<const topology::Topology>,
                      std::int64_t,
                      std::shared_ptr<Turns>);
template Talks::Talks(const Program<double>&,
                      std::shared_ptr<const topology::Topology>,
                      std::int64_t,
                      std::shared_ptr<Turns>);

}  // namespace murmur::engine
