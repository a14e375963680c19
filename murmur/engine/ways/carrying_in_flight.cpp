// SPDX-License-Identifier: Apache-2.0
// The buffers of the workers' models where numerators are in flight. With the weight w of a worker
// before its numerator is sent, and at the arrival w_i here and v_i on their way:
//
//   slot_i = sum_{j != i} p_ij w_j b_j        sent; b_i stays: its numerator and w_i shrink alike
//   b_i    = (w_i b_i + slot_i) / (w_i + v_i)   at the arrival
//
// Between the two b_i is read and written by gradients: it is a numerator divided by w_i.
#include <algorithm>
#include <memory>
#include <utility>

#include "murmur/engine/ways/in_flight.h"
#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

// Of a field that receives. Messages of virtual time have slots behind those of the numerators.
template <class S>
std::size_t slot_of(const Program<S>& program, std::size_t into) {
  return program.slots() + into;
}

template <class S>
Flight<S>& flight_of(WayState<S>& state, std::size_t into) {
  const auto found = state.buffers_in_flight.find(into);
  if (found != state.buffers_in_flight.end()) {
    return found->second;
  }
  auto buckets = std::make_unique<const Buckets>(*state.buffers, sizeof(S));
  Peers peers = state.peers;
  peers.buckets = buckets.get();
  const auto of = state.spread() ? Mixer<S>::Of::kCopies : Mixer<S>::Of::kRows;
  Flight<S>& flight =
      state.buffers_in_flight
          .try_emplace(into, std::move(buckets), state.topology, peers, state.rows, of)
          .first->second;
  flight.into = into;
  return flight;
}

template <class S>
class CarrySending : public Way<S> {
 public:
  CarrySending(const WayParts<S>& parts, const CarrySendStage& stage)
      : Way<S>(parts), stage_(stage) {}

  void begin(const Call& call) override {
    WayState<S>& state = this->state();
    weigh();
    Mixer<S>& mixer = this->mixer();
    mixer.open(call.step, {stage_.weighted}, call.tag);
    for (int worker = state.local().begin; worker < state.local().end; ++worker) {
      for (std::size_t b = 0; b < mixer.buckets().count(); ++b) {
        mixer.post(worker, b);
      }
    }
  }
  // In a world of one process all of it is here.
  Status wait(std::size_t /*unit*/) override {
    WayState<S>& state = this->state();
    return state.spread() ? Status(Ok{}) : land(state, flight_of(state, stage_.into));
  }

  bool uses_graph() const override { return true; }
  std::int64_t edges() const override { return mixer().edges(); }
  Traffic traffic(const StepCosts& step) const override {
    return {step.edges * this->message({stage_.buffers}), step.edges};
  }
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override {
    events.push_back({.kind = CommEvent::Kind::kSend,
                      .bytes = static_cast<double>(this->message({stage_.buffers})),
                      .edges = step.graph,
                      .slot = slot_of(this->program(), stage_.into)});
  }

 private:
  Mixer<S>& mixer() const { return flight_of(this->state(), stage_.into).mixer; }

  void weigh() {
    WayState<S>& state = this->state();
    for (int worker = state.local().begin; worker < state.local().end; ++worker) {
      const auto weight = static_cast<S>(state.weights.of(worker));
      const std::span<const S> from = state.rows->whole_row(stage_.buffers, worker);
      std::transform(
          from.begin(), from.end(), state.rows->row(stage_.weighted, worker), [weight](S value) {
            return weight * value;
          });
    }
  }

  CarrySendStage stage_;
};

template <class S>
class CarryArriving : public Way<S> {
 public:
  CarryArriving(const WayParts<S>& parts, CarryArriveStage stage)
      : Way<S>(parts), stage_(std::move(stage)) {}

  void begin(const Call& /*call*/) override {}
  Status wait(std::size_t /*unit*/) override {
    WayState<S>& state = this->state();
    for (const CarryArriveStage::Message& message : stage_.messages) {
      if (Status landed = land(state, flight_of(state, message.from)); !landed) {
        return landed;
      }
    }
    for (int worker = state.local().begin; worker < state.local().end; ++worker) {
      take_in(worker);
    }
    return Ok{};
  }

  Traffic traffic(const StepCosts& /*step*/) const override { return {}; }
  void plan(StepCosts& /*step*/, std::vector<CommEvent>& events) const override {
    for (const CarryArriveStage::Message& message : stage_.messages) {
      events.push_back(
          {.kind = CommEvent::Kind::kArrive, .slot = slot_of(this->program(), message.from)});
    }
  }

 private:
  void take_in(int worker) {
    WayState<S>& state = this->state();
    const std::span<S> own = state.rows->whole_row(stage_.buffers, worker);
    const auto kept = static_cast<S>(state.weights.of(worker));
    double all = state.weights.of(worker);
    for (S& value : own) {
      value *= kept;
    }
    for (const CarryArriveStage::Message& message : stage_.messages) {
      const std::span<S> arrived = state.rows->whole_row(message.from, worker);
      all += state.weights.in_flight_to(worker, message.slot);
      std::transform(own.begin(), own.end(), arrived.begin(), own.begin(), std::plus<>());
      std::fill(arrived.begin(), arrived.end(), S(0));
    }
    for (S& value : own) {
      value /= static_cast<S>(all);
    }
  }

  CarryArriveStage stage_;
};

}  // namespace

template <class S>
MadeWay<S> carry_sending(const WayParts<S>& parts, const CarrySendStage& stage) {
  return std::make_unique<CarrySending<S>>(parts, stage);
}
template <class S>
MadeWay<S> carry_arriving(const WayParts<S>& parts, const CarryArriveStage& stage) {
  return std::make_unique<CarryArriving<S>>(parts, stage);
}

template MadeWay<float> carry_sending(const WayParts<float>&, const CarrySendStage&);
template MadeWay<double> carry_sending(const WayParts<double>&, const CarrySendStage&);
template MadeWay<float> carry_arriving(const WayParts<float>&, const CarryArriveStage&);
template MadeWay<double> carry_arriving(const WayParts<double>&, const CarryArriveStage&);

}  // namespace murmur::engine
