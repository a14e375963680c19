// SPDX-License-Identifier: Apache-2.0
// Public copies: publishing the encoded difference to a copy, and mixing copies without a message.
// What was published travels until the copies are mixed next. Between the mixes of a topology with
// a period nothing is published, and copies do not pull.
#include <algorithm>

#include "murmur/core/check.h"
#include "murmur/engine/ways/table.h"
#include "murmur/topology/pauses.h"

namespace murmur::engine {
namespace {

template <class S>
bool pauses(const WayState<S>& state, const Call& call) {
  return !topology::mixes_at(*state.topology, call.step);
}

template <class S>
Status catch_up(WayState<S>& state, Publisher<S>& publisher, comm::Tag tag) {
  if (!state.spread()) {
    return Ok{};
  }
  return state.timed_wait([&] {
    const Status received = publisher.receive();
    return received ? publisher.refresh(tag) : received;
  });
}

// Of what was published and is received when copies are mixed, behind the program's own.
template <class S>
std::size_t slot_of(const Program<S>& program, std::size_t copy) {
  return program.slots() + copy;
}

template <class S>
class Publishing : public Way<S> {
 public:
  Publishing(const WayParts<S>& parts, const PublishStage& stage) : Way<S>(parts), stage_(stage) {
    if (parts.state != nullptr) {
      WayState<S>& state = *parts.state;
      const topology::Topology& mixes = topology::of_mixes(*state.topology);
      MURMUR_CHECK(mixes.period() == 1, "public copies on a graph that changes");
      state.publishers.try_emplace(stage.copy,
                                   mixes.at(0),
                                   state.peers,
                                   state.pool,
                                   PublicField<S>{state.rows, stage.copy},
                                   codecs::RowCodec<S>(*state.layout, state.compression));
    }
  }

  void begin(const Call& call) override { call_ = call; }
  Status wait(std::size_t /*unit*/) override {
    WayState<S>& state = this->state();
    if (pauses(state, call_)) {
      return Ok{};
    }
    if (Status here = catch_up(state, publisher(), call_.tag); !here) {
      return here;
    }
    const Traced traced(state.tracer, "encode", kAllWorkers);
    const auto started = SteadyClock::now();
    Status sent = publisher().publish(stage_.difference, call_.step, call_.tag);
    state.times.algorithm_s += seconds_since(started);
    return sent;
  }

  bool uses_graph() const override { return true; }
  std::int64_t edges() const override {
    return pauses(this->state(), call_) ? 0 : publisher().edges();
  }
  Traffic traffic(const StepCosts& step) const override {
    return {step.edges * sent_bytes(step), step.edges};
  }
  std::optional<std::int64_t> encoded_bytes() const override {
    const bool sends = !pauses(this->state(), call_);
    return sends ? publisher().encoded_bytes() : std::nullopt;
  }
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override {
    events.push_back({.kind = CommEvent::Kind::kSend,
                      .bytes = static_cast<double>(sent_bytes(step)),
                      .edges = step.graph,
                      .slot = slot_of(this->program(), stage_.copy)});
  }

 private:
  Publisher<S>& publisher() const { return this->state().publishers.at(stage_.copy); }
  std::int64_t sent_bytes(const StepCosts& step) const {
    return message_bytes(this->coded(), step.step, this->message({stage_.difference}));
  }

  PublishStage stage_;
  Call call_;
};

template <class S>
class MixingPublic : public Way<S> {
 public:
  MixingPublic(const WayParts<S>& parts, const MixPublicStage& stage)
      : Way<S>(parts), stage_(stage) {}

  void begin(const Call& call) override { call_ = call; }
  Status wait(std::size_t /*unit*/) override {
    return catch_up(this->state(), publisher(), call_.tag);
  }
  BlockWork work() override {
    if (pauses(this->state(), call_)) {
      return [rows = this->state().rows, into = stage_.into](CoordinateRange range, int) {
        for (int worker = rows->local().begin; worker < rows->local().end; ++worker) {
          std::fill_n(rows->row(into, worker) + range.begin, range.size(), S(0));
        }
      };
    }
    return [&publisher = publisher(), into = stage_.into](CoordinateRange range, int /*thread*/) {
      publisher.pull_block(into, range);
    };
  }

  Traffic traffic(const StepCosts& /*step*/) const override { return {}; }
  void plan(StepCosts& /*step*/, std::vector<CommEvent>& events) const override {
    events.push_back(
        {.kind = CommEvent::Kind::kArrive, .slot = slot_of(this->program(), stage_.copy)});
  }

 private:
  Publisher<S>& publisher() const { return this->state().publishers.at(stage_.copy); }

  MixPublicStage stage_;
  Call call_;
};

}  // namespace

template <class S>
MadeWay<S> publishing(const WayParts<S>& parts, const PublishStage& stage) {
  return std::make_unique<Publishing<S>>(parts, stage);
}
template <class S>
MadeWay<S> mixing_public(const WayParts<S>& parts, const MixPublicStage& stage) {
  return std::make_unique<MixingPublic<S>>(parts, stage);
}

template MadeWay<float> publishing(const WayParts<float>&, const PublishStage&);
template MadeWay<double> publishing(const WayParts<double>&, const PublishStage&);
template MadeWay<float> mixing_public(const WayParts<float>&, const MixPublicStage&);
template MadeWay<double> mixing_public(const WayParts<double>&, const MixPublicStage&);

}  // namespace murmur::engine
