// SPDX-License-Identifier: Apache-2.0
// The buffers of the workers' models (running statistics) go where the models went: they are mixed
// with the same weights, or averaged. Under push-sum they have numerators like the model: with the
// weights w before the push and w' behind it,
//
//   b_i <- (sum_j p_ij w_j b_j) / w'_i
//
// They are small, so they travel in messages of their own behind the model's, all at once.
#include <algorithm>
#include <optional>
#include <vector>

#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

template <class S>
class Carrying : public Way<S> {
 public:
  Carrying(const WayParts<S>& parts, const CarryStage& stage) : Way<S>(parts), stage_(stage) {
    if (parts.state == nullptr) {
      return;
    }
    WayState<S>& state = this->state();
    buckets_.emplace(*state.buffers, sizeof(S));
    peers_ = state.peers;
    peers_.buckets = &*buckets_;
    if (averages() && stage.group == 0) {
      averager_.emplace(peers_, state.pool, comm::WorkerRange{0, peers_.ownership->workers()});
    } else if (averages()) {
      group_averager_.emplace(peers_, state.pool, state.rows, stage.group);
    } else {
      mixer_.emplace(state.topology, peers_, state.rows, Mixer<S>::Of::kRows);
      scratch_.resize(static_cast<std::size_t>(state.local().size()) * buckets_->row_size());
    }
  }

  void begin(const Call& call) override {
    call_ = call;
    if (averages()) {
      return;
    }
    weighted_ = stage_.how == CarryStage::How::kPush && this->state().weights.differ();
    if (weighted_) {
      scale([this](int worker) { return this->state().weights_before.of(worker); });
    }
    if (call.matrix == nullptr) {
      mixer_->open(call.step, {stage_.buffers}, call.tag);
    } else {
      mixer_->open_with(*call.matrix, {stage_.buffers}, call.tag);
    }
    const comm::WorkerRange local = this->state().local();
    for (int worker = local.begin; worker < local.end; ++worker) {
      for (std::size_t b = 0; b < buckets_->count(); ++b) {
        mixer_->post(worker, b);
      }
    }
  }

  Status wait(std::size_t /*unit*/) override {
    WayState<S>& state = this->state();
    if (averages()) {
      return state.timed_wait([&] { return average(); });
    }
    for (std::size_t b = 0; b < buckets_->count(); ++b) {
      if (Status here = state.timed_wait([&] { return mixer_->wait(b); }); !here) {
        return here;
      }
      const CoordinateRange range = buckets_->range(b);
      weighted_ ? mixer_->push_block(range, scratch_.data())
                : mixer_->block(range, scratch_.data());
    }
    if (weighted_) {
      scale([&](int worker) { return 1 / state.weights.of(worker); });
    }
    return Ok{};
  }
  void close() override {
    if (mixer_) {
      mixer_->close();
    }
  }

  std::int64_t edges() const override { return mixer_ ? mixer_->edges() : 0; }
  bool uses_graph() const override { return !averages(); }
  Traffic traffic(const StepCosts& step) const override {
    const std::int64_t bytes = this->message({stage_.buffers});
    return averages() ? average_traffic(step, stage_.group, bytes)
                      : Traffic{step.edges * bytes, step.edges};
  }
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override {
    const auto bytes = static_cast<double>(this->message({stage_.buffers}));
    if (averages()) {
      events.push_back({.kind = CommEvent::Kind::kAverage,
                        .bytes = bytes,
                        .group = stage_.group,
                        .drawn = step.drawn});
    } else {
      events.push_back({.kind = CommEvent::Kind::kExchange, .bytes = bytes, .edges = step.graph});
    }
  }

 private:
  bool averages() const { return stage_.how == CarryStage::How::kAverage; }

  // Through rows of their own: an average does not write where it reads.
  Status average() {
    WayState<S>& state = this->state();
    Rows<S>& rows = *state.rows;
    const int first = state.local().begin;
    if (group_averager_) {
      if (Status taken = group_averager_->average(stage_.buffers, stage_.scratch, call_.tag);
          !taken) {
        return taken;
      }
    } else {
      averager_->weigh(state.averager.weights());
      const RowOf<S> row = [&](int worker) { return rows.row(stage_.buffers, worker); };
      S* const mean = rows.row(stage_.scratch, first);
      if (Status taken = averager_->average(row, mean, call_.tag, rows.memory()); !taken) {
        return taken;
      }
    }
    for (int worker = first; worker < state.local().end; ++worker) {
      const int from = group_averager_ ? worker : first;
      const std::span<const S> mean = rows.whole_row(stage_.scratch, from);
      std::copy(mean.begin(), mean.end(), rows.row(stage_.buffers, worker));
    }
    return Ok{};
  }

  template <class Factor>
  void scale(const Factor& factor) {
    const comm::WorkerRange local = this->state().local();
    for (int worker = local.begin; worker < local.end; ++worker) {
      const auto by = static_cast<S>(factor(worker));
      for (S& value : this->state().rows->whole_row(stage_.buffers, worker)) {
        value *= by;
      }
    }
  }

  CarryStage stage_;
  std::optional<Buckets> buckets_;
  Peers peers_;
  std::optional<Mixer<S>> mixer_;
  std::optional<Averager<S>> averager_;             // of all workers
  std::optional<GroupAverager<S>> group_averager_;  // or of groups
  std::vector<S> scratch_;
  Call call_;
  bool weighted_ = false;
};

}  // namespace

template <class S>
MadeWay<S> carrying(const WayParts<S>& parts, const CarryStage& stage) {
  return std::make_unique<Carrying<S>>(parts, stage);
}

template MadeWay<float> carrying(const WayParts<float>&, const CarryStage&);
template MadeWay<double> carrying(const WayParts<double>&, const CarryStage&);

}  // namespace murmur::engine
