// SPDX-License-Identifier: Apache-2.0
// CECA's messages (Ding, Jin, Yang, Ying, Yuan, Yin: DSGD-CECA, ICML 2023): in every step each
// worker receives one row from one other. b and m are those of algorithms/ceca/turn.h.
//
//   talk_off_graph("ceca-two-ports", x, h, into)   into_i <- v_j, v = x if b else h, j = i - m - b
//   talk_off_graph("ceca-one-port", x, h, into)    j = i + 2 m + 1 of odd i, i - 2 m - 1 of even i
//
// One worker receives its own row.
#include <cstring>
#include <optional>

#include "murmur/algorithms/ceca/turn.h"
#include "murmur/engine/ways/neighbors.h"
#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

int two_ports(int worker, int workers, const CecaTurn& turn) {
  return static_cast<int>((worker - turn.before - turn.bit + workers) % workers);
}

int one_port(int worker, int workers, const CecaTurn& turn) {
  const std::int64_t distance = 2 * turn.before + 1;
  const std::int64_t other = worker + (worker % 2 == 1 ? distance : -distance);
  return static_cast<int>((other + workers) % workers);
}

using Sender = int (*)(int worker, int workers, const CecaTurn& turn);

template <class S>
class Ceca : public NeighborWay<S> {
 public:
  Ceca(const WayParts<S>& parts, const TalkStage& stage, Sender sender)
      : NeighborWay<S>(parts, {stage.fields.at(0)}),
        without_(stage.fields.at(1)),
        into_(stage.fields.at(2)),
        sender_(sender) {}

  bool overlaps(FieldSet /*touched*/) const override { return false; }
  void open(const Call& call) override {
    const int workers = this->state().peers.ownership->workers();
    const CecaTurn turn = ceca_turn(call.step, workers);
    sent_ = turn.bit == 1 ? this->fields().front() : without_;
    topology::MixingMatrix matrix(workers);
    for (int i = 0; i < workers; ++i) {
      const int j = sender_(i, workers, turn);
      if (j != i) {
        matrix.set_self(i, 0);
        matrix.set_in(i, {{.worker = j, .weight = 1}});
      }
    }
    this->mixer().open_with(matrix, {sent_}, call.tag);
  }
  BlockWork work() override {
    return [this](CoordinateRange range, int /*thread*/) {
      WayState<S>& state = this->state();
      for (int i = state.local().begin; i < state.local().end; ++i) {
        const auto& from = this->mixer().neighbors(i, 0, range.begin);
        const S* const row =
            from.empty() ? state.rows->row(sent_, i) + range.begin : from.front().row;
        std::memcpy(state.rows->row(into_, i) + range.begin, row, range.size() * sizeof(S));
      }
    };
  }

  bool uses_graph() const override { return false; }
  Traffic traffic(const StepCosts& step) const override {
    const std::int64_t messages = step.workers > 1 ? step.workers : 0;
    return {messages * this->message(this->fields()), messages};
  }
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override {
    std::vector<timing::Edge> edges;
    const CecaTurn turn = ceca_turn(step.step, step.workers);
    for (int i = 0; step.workers > 1 && i < step.workers; ++i) {
      edges.push_back({.from = sender_(i, step.workers, turn), .to = i});
    }
    edges_.emplace(step.workers, std::move(edges));
    events.push_back({.kind = CommEvent::Kind::kExchange,
                      .bytes = static_cast<double>(this->message(this->fields())),
                      .edges = &*edges_});
  }

 private:
  std::size_t without_;
  std::size_t into_;
  Sender sender_;
  std::size_t sent_ = 0;                        // the field that travels in the step
  mutable std::optional<timing::Edges> edges_;  // of the step that costs were asked for last
};

}  // namespace

template <class S>
MadeWay<S> shifting(const WayParts<S>& parts, const TalkStage& stage) {
  return std::make_unique<Ceca<S>>(parts, stage, two_ports);
}
template <class S>
MadeWay<S> pairing(const WayParts<S>& parts, const TalkStage& stage) {
  return std::make_unique<Ceca<S>>(parts, stage, one_port);
}

template MadeWay<float> shifting(const WayParts<float>&, const TalkStage&);
template MadeWay<double> shifting(const WayParts<double>&, const TalkStage&);
template MadeWay<float> pairing(const WayParts<float>&, const TalkStage&);
template MadeWay<double> pairing(const WayParts<double>&, const TalkStage&);

}  // namespace murmur::engine
