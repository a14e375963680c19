// SPDX-License-Identifier: Apache-2.0
// What the ways that send rows to neighbors share: a mixer that is opened, and posted bucket by
// bucket, before it is waited for.
#pragma once

#include <vector>

#include "murmur/engine/ways/way.h"

namespace murmur::engine {

template <class S>
class NeighborWay : public Way<S> {
 public:
  // `fields`: of one message.
  NeighborWay(const WayParts<S>& parts, std::vector<std::size_t> fields)
      : Way<S>(parts), fields_(std::move(fields)) {}

  bool overlaps(FieldSet /*touched*/) const override { return true; }
  void open(const Call& call) override {
    if (call.matrix == nullptr) {
      mixer().open(call.step, fields_, call.tag);
    } else {
      mixer().open_with(*call.matrix, fields_, call.tag);
    }
  }
  void post(int worker, std::size_t bucket) override { mixer().post(worker, bucket); }

  // An open mixer was opened by the gradient pass before, and rows were posted during backward.
  void begin(const Call& call) override {
    if (!mixer().is_open()) {
      open(call);
      post_all();
    }
    began();
  }
  bool by_bucket() const override { return this->state().spread(); }
  Status wait(std::size_t bucket) override {
    WayState<S>& state = this->state();
    return state.spread() ? state.timed_wait([&] { return mixer().wait(bucket); }) : Status(Ok{});
  }
  void close() override { mixer().close(); }
  bool uses_graph() const override { return true; }
  std::int64_t edges() const override { return mixer().edges(); }

 protected:
  virtual Mixer<S>& mixer() const { return this->state().mixer; }
  virtual void began() {}
  const std::vector<std::size_t>& fields() const { return fields_; }

  // Bytes of a push-sum message: the weight, a scalar, travels where weights differ.
  std::int64_t message_with_weight(const StepCosts& step) const {
    return this->message(fields_) +
           (step.weights_differ ? static_cast<std::int64_t>(sizeof(S)) : 0);
  }
  Traffic over_edges(const StepCosts& step, std::int64_t message) const {
    return {step.edges * message, step.edges};
  }

 private:
  void post_all() {
    WayState<S>& state = this->state();
    if (!state.spread()) {
      return;
    }
    const comm::WorkerRange local = state.local();
    state.pool->run(static_cast<std::size_t>(local.size()), [&](std::size_t index, int) {
      const int worker = local.begin + static_cast<int>(index);
      const Traced traced(state.tracer, "send", worker);
      for (std::size_t b = 0; b < state.peers.buckets->count(); ++b) {
        post(worker, b);
      }
    });
  }

  std::vector<std::size_t> fields_;
};

}  // namespace murmur::engine
