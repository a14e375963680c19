// SPDX-License-Identifier: Apache-2.0
// Push-sum in two halves, so that messages may be under way while rounds go on: sending keeps the
// own share and lets the others' go, arriving adds them to a field. Between processes they stay in
// flight until they are due; in a world of one process they are added at once.
#include "murmur/engine/ways/in_flight.h"

#include <algorithm>

#include "murmur/engine/ways/neighbors.h"
#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

// Copies are needed where rows change before their messages are due, that is between processes.
template <class S>
Flight<S>& flight_of(WayState<S>& state, std::size_t slot) {
  const auto of = state.spread() ? Mixer<S>::Of::kCopies : Mixer<S>::Of::kRows;
  return state.in_flight.try_emplace(slot, nullptr, state.topology, state.peers, state.rows, of)
      .first->second;
}

template <class S>
class Sending : public NeighborWay<S> {
 public:
  Sending(const WayParts<S>& parts, const SendStage& stage)
      : NeighborWay<S>(parts, {stage.numerator}), stage_(stage) {}

  bool by_bucket() const override { return false; }
  Status wait(std::size_t /*unit*/) override { return Ok{}; }
  BlockWork work() override {
    const bool at_once = !this->state().spread();
    return [this, &mixer = mixer(), at_once](CoordinateRange range, int) {
      if (at_once) {
        mixer.gather_block(stage_.into, range);
      }
      mixer.keep_block(stage_.numerator, range);
    };
  }
  void close() override {
    if (!this->state().spread()) {
      mixer().close();
    }
  }

  Traffic traffic(const StepCosts& step) const override {
    return this->over_edges(step, this->message_with_weight(step));
  }
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override {
    step.weights_differ = true;
    events.push_back({.kind = CommEvent::Kind::kSend,
                      .bytes = static_cast<double>(this->message_with_weight(step)),
                      .edges = step.graph,
                      .slot = stage_.slot});
  }

 protected:
  Mixer<S>& mixer() const override { return flight_of(this->state(), stage_.slot).mixer; }
  void began() override {
    this->state().weights.send(mixer().matrix(), stage_.slot);
    flight_of(this->state(), stage_.slot).into = stage_.into;
  }

 private:
  SendStage stage_;
};

template <class S>
class Arriving : public Way<S> {
 public:
  Arriving(const WayParts<S>& parts, const ArriveStage& stage) : Way<S>(parts), stage_(stage) {}

  void begin(const Call& /*call*/) override { this->state().weights.arrive(stage_.slot); }
  bool by_bucket() const override { return flight().mixer.is_open(); }
  Status wait(std::size_t bucket) override {
    Mixer<S>& mixer = flight().mixer;
    return mixer.is_open() ? this->state().timed_wait([&] { return mixer.wait(bucket); })
                           : Status(Ok{});
  }
  BlockWork work() override {
    Flight<S>& flight = this->flight();
    if (!flight.mixer.is_open()) {
      return {};
    }
    return [&flight](CoordinateRange range, int) { flight.mixer.gather_block(flight.into, range); };
  }
  void close() override {
    if (flight().mixer.is_open()) {
      flight().mixer.close();
    }
  }

  Traffic traffic(const StepCosts& /*step*/) const override { return {}; }
  void plan(StepCosts& /*step*/, std::vector<CommEvent>& events) const override {
    events.push_back({.kind = CommEvent::Kind::kArrive, .slot = stage_.slot});
  }

 private:
  Flight<S>& flight() const { return flight_of(this->state(), stage_.slot); }

  ArriveStage stage_;
};

bool arrives(const ArriveStage* arrival, std::size_t slot) {
  return arrival != nullptr && arrival->slot == slot;
}
bool arrives(const CarryArriveStage* arrival, std::size_t into) {
  return arrival != nullptr &&
         std::any_of(arrival->messages.begin(), arrival->messages.end(), [&](const auto& message) {
           return message.from == into;
         });
}

template <class S, class Arrival>
bool any_meets(const std::map<std::size_t, Flight<S>>& flights,
               FieldSet touched,
               const Arrival* arrival) {
  return std::any_of(flights.begin(), flights.end(), [&](const auto& entry) {
    const auto& [key, flight] = entry;
    return flight.mixer.is_open() && (touched & field_bit(flight.into)) != 0 &&
           !arrives(arrival, key);
  });
}

}  // namespace

template <class S>
Status land(WayState<S>& state, Flight<S>& flight) {
  Mixer<S>& mixer = flight.mixer;
  const Buckets& buckets = mixer.buckets();
  for (std::size_t b = 0; b < buckets.count() && mixer.is_open(); ++b) {
    if (Status arrived = state.timed_wait([&] { return mixer.wait(b); }); !arrived) {
      return arrived;
    }
    mixer.gather_block(flight.into, buckets.range(b));
  }
  mixer.close();
  return Ok{};
}

template <class S>
Status settle(WayState<S>& state) {
  for (auto* const flights : {&state.in_flight, &state.buffers_in_flight}) {
    for (auto& entry : *flights) {
      if (Status landed = land(state, entry.second); !landed) {
        return landed;
      }
    }
  }
  for (auto& entry : state.publishers) {
    auto& publisher = entry.second;
    if (Status received = state.timed_wait([&] { return publisher.receive(); }); !received) {
      return received;
    }
  }
  return Ok{};
}

template <class S>
bool flight_meets(const WayState<S>& state, FieldSet touched, const Stage<S>* arrival) {
  return any_meets(state.in_flight,
                   touched,
                   arrival == nullptr ? nullptr : arrival->template as<ArriveStage>()) ||
         any_meets(state.buffers_in_flight,
                   touched,
                   arrival == nullptr ? nullptr : arrival->template as<CarryArriveStage>());
}

template <class S>
MadeWay<S> sending(const WayParts<S>& parts, const SendStage& stage) {
  return std::make_unique<Sending<S>>(parts, stage);
}
template <class S>
MadeWay<S> arriving(const WayParts<S>& parts, const ArriveStage& stage) {
  return std::make_unique<Arriving<S>>(parts, stage);
}

template Status land(WayState<float>&, Flight<float>&);
template Status land(WayState<double>&, Flight<double>&);
template Status settle(WayState<float>&);
template Status settle(WayState<double>&);
template bool flight_meets(const WayState<float>&, FieldSet, const Stage<float>*);
template bool flight_meets(const WayState<double>&, FieldSet, const Stage<double>*);
template MadeWay<float> sending(const WayParts<float>&, const SendStage&);
template MadeWay<double> sending(const WayParts<double>&, const SendStage&);
template MadeWay<float> arriving(const WayParts<float>&, const ArriveStage&);
template MadeWay<double> arriving(const WayParts<double>&, const ArriveStage&);

}  // namespace murmur::engine
