// SPDX-License-Identifier: Apache-2.0
// Push-sum: numerators and weights are mixed with shares whose columns sum to one. The weight, a
// scalar, travels as soon as weights differ.
#include "murmur/engine/ways/neighbors.h"
#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

template <class S>
class Pushing : public NeighborWay<S> {
 public:
  Pushing(const WayParts<S>& parts, const PushStage& stage)
      : NeighborWay<S>(parts, {stage.numerator}) {}

  BlockWork work() override {
    WayState<S>& state = this->state();
    const bool differ = state.weights.differ();
    return [&state, differ](CoordinateRange range, int thread) {
      S* const scratch = state.scratch[static_cast<std::size_t>(thread)].data();
      differ ? state.mixer.push_block(range, scratch) : state.mixer.block(range, scratch);
    };
  }

  Traffic traffic(const StepCosts& step) const override {
    return this->over_edges(step, this->message_with_weight(step));
  }
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override {
    step.weights_differ = step.weights_differ || !step.rows_sum_to_one;
    events.push_back({.kind = CommEvent::Kind::kExchange,
                      .bytes = static_cast<double>(this->message_with_weight(step)),
                      .edges = step.graph});
  }

 protected:
  void began() override {
    WayState<S>& state = this->state();
    if (state.buffers->row_size() > 0) {  // which may be carried behind this push
      state.weights_before = state.weights;
    }
    state.weights.mix(this->mixer().matrix());
  }
};

}  // namespace

template <class S>
MadeWay<S> pushing(const WayParts<S>& parts, const PushStage& stage) {
  return std::make_unique<Pushing<S>>(parts, stage);
}

template MadeWay<float> pushing(const WayParts<float>&, const PushStage&);
template MadeWay<double> pushing(const WayParts<double>&, const PushStage&);

}  // namespace murmur::engine
