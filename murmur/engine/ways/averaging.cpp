// SPDX-License-Identifier: Apache-2.0
// The exact average of a field, over all workers or over contiguous groups of them.
#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

template <class S>
class Averaging : public Way<S> {
 public:
  Averaging(const WayParts<S>& parts, const AverageStage& stage) : Way<S>(parts), stage_(stage) {}

  // Nothing before the end of the gradient pass may look at what the average writes.
  bool overlaps(FieldSet touched) const override {
    return stage_.group == 0 && (touched & field_bit(stage_.into)) == 0 &&
           this->state().averager.is_spread();
  }
  void open(const Call& call) override {
    this->state().averager.open(rows(), into(), call.tag, this->state().rows->memory());
  }
  void post(int /*worker*/, std::size_t bucket) override { this->state().averager.ready(bucket); }

  void begin(const Call& call) override { call_ = call; }
  Status wait(std::size_t /*unit*/) override {
    WayState<S>& state = this->state();
    const Traced traced(state.tracer, "average", kAllWorkers);
    const auto started = SteadyClock::now();
    Status taken = take();
    (state.spread() ? state.times.wait_s : state.times.algorithm_s) += seconds_since(started);
    return taken;
  }

  Traffic traffic(const StepCosts& step) const override {
    return average_traffic(step, stage_.group, this->message({stage_.field}));
  }
  // The average of what is pushed first takes in what is in flight.
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override {
    const bool drains = stage_.group == 0 && this->program().numerator() == stage_.field;
    for (std::size_t slot = 0; drains && slot < this->program().slots(); ++slot) {
      events.push_back({.kind = CommEvent::Kind::kArrive, .slot = slot});
    }
    events.push_back({.kind = CommEvent::Kind::kAverage,
                      .bytes = static_cast<double>(this->message({stage_.field})),
                      .group = stage_.group,
                      .drawn = step.drawn});
  }

 private:
  RowOf<S> rows() const {
    return [all = this->state().rows, from = stage_.field](int worker) {
      return all->row(from, worker);
    };
  }
  S* into() const { return this->state().rows->row(stage_.into, this->state().local().begin); }

  Status take() {
    WayState<S>& state = this->state();
    if (state.averager.is_open()) {  // rows were posted during backward
      return state.averager.finish();
    }
    if (stage_.group == 0) {
      return state.averager.average(rows(), into(), call_.tag, state.rows->memory());
    }
    auto& groups = state.group_averagers
                       .try_emplace(stage_.group, state.peers, state.pool, state.rows, stage_.group)
                       .first->second;
    return groups.average(stage_.field, stage_.into, call_.tag);
  }

  AverageStage stage_;
  Call call_;
};

}  // namespace

template <class S>
MadeWay<S> averaging(const WayParts<S>& parts, const AverageStage& stage) {
  return std::make_unique<Averaging<S>>(parts, stage);
}

template MadeWay<float> averaging(const WayParts<float>&, const AverageStage&);
template MadeWay<double> averaging(const WayParts<double>&, const AverageStage&);

}  // namespace murmur::engine
