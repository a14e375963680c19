// SPDX-License-Identifier: Apache-2.0
// A second gradient of the step's batch, at another field, without weight decay and with the same
// random draws. Nothing is sent.
//
//   talk_off_graph("second-gradient", at, into)
//
//   into <- the gradient at `at`
#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

template <class S>
class SecondGradient : public Way<S> {
 public:
  SecondGradient(const WayParts<S>& parts, const TalkStage& stage)
      : Way<S>(parts), at_(stage.fields.at(0)), into_(stage.fields.at(1)) {}

  void begin(const Call& /*call*/) override {}
  Status wait(std::size_t /*unit*/) override {
    WayState<S>& state = this->state();
    const comm::WorkerRange local = state.local();
    const auto started = SteadyClock::now();
    state.pool->run(static_cast<std::size_t>(local.size()), [&](std::size_t index, int thread) {
      const int worker = local.begin + static_cast<int>(index);
      state.gradient_at(
          worker, state.rows->row(at_, worker), state.rows->row(into_, worker), thread);
    });
    state.times.gradient_s += seconds_since(started);
    return Ok{};
  }

  Traffic traffic(const StepCosts& /*step*/) const override { return {}; }
  void plan(StepCosts& /*step*/, std::vector<CommEvent>& events) const override {
    events.push_back({.kind = CommEvent::Kind::kGradient});
  }

 private:
  std::size_t at_;
  std::size_t into_;
};

}  // namespace

template <class S>
MadeWay<S> second_gradient(const WayParts<S>& parts, const TalkStage& stage) {
  return std::make_unique<SecondGradient<S>>(parts, stage);
}

template MadeWay<float> second_gradient(const WayParts<float>&, const TalkStage&);
template MadeWay<double> second_gradient(const WayParts<double>&, const TalkStage&);

}  // namespace murmur::engine
