// SPDX-License-Identifier: Apache-2.0
// Mixing: v_i <- sum_j w_ij v_j, for several fields in one message. A bucket is mixed as soon as
// its rows are here.
#include "murmur/engine/ways/neighbors.h"
#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

template <class S>
class Mixing : public NeighborWay<S> {
 public:
  Mixing(const WayParts<S>& parts, const MixStage& stage) : NeighborWay<S>(parts, stage.fields) {}

  BlockWork work() override {
    WayState<S>& state = this->state();
    return [&state](CoordinateRange range, int thread) {
      state.mixer.block(range, state.scratch[static_cast<std::size_t>(thread)].data());
    };
  }

  Traffic traffic(const StepCosts& step) const override {
    return this->over_edges(step, this->message(this->fields()));
  }
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override {
    events.push_back({.kind = CommEvent::Kind::kExchange,
                      .bytes = static_cast<double>(this->message(this->fields())),
                      .edges = step.graph});
  }
};

}  // namespace

template <class S>
MadeWay<S> mixing(const WayParts<S>& parts, const MixStage& stage) {
  return std::make_unique<Mixing<S>>(parts, stage);
}

template MadeWay<float> mixing(const WayParts<float>&, const MixStage&);
template MadeWay<double> mixing(const WayParts<double>&, const MixStage&);

}  // namespace murmur::engine
