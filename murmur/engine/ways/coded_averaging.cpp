// SPDX-License-Identifier: Apache-2.0
// The mean over all workers of what a codec makes of their rows (exchange/coded_average.h).
#include <optional>
#include <utility>

#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

timing::Edges all_edges(int workers) {
  std::vector<timing::Edge> edges;
  for (int i = 0; i < workers; ++i) {
    for (int j = 0; j < workers; ++j) {
      if (i != j) {
        edges.push_back({.from = i, .to = j});
      }
    }
  }
  return {workers, std::move(edges)};
}

template <class S>
class CodedAveraging : public Way<S> {
 public:
  CodedAveraging(const WayParts<S>& parts, const CodedAverageStage& stage)
      : Way<S>(parts), stage_(stage) {
    if (parts.state != nullptr) {
      WayState<S>& state = *parts.state;
      state.coded_averagers.try_emplace(
          stage.field, *state.layout, state.compression, state.peers, state.pool, state.rows);
    }
  }

  void begin(const Call& call) override { call_ = call; }
  Status wait(std::size_t /*unit*/) override {
    WayState<S>& state = this->state();
    const Traced traced(state.tracer, "average", kAllWorkers);
    const auto started = SteadyClock::now();
    Status averaged = state.coded_averagers.at(stage_.field)
                          .average(stage_, call_.step, call_.tag, state.averager);
    (state.spread() ? state.times.wait_s : state.times.algorithm_s) += seconds_since(started);
    return averaged;
  }

  std::optional<std::int64_t> encoded_bytes() const override {
    return this->state().coded_averagers.at(stage_.field).encoded_bytes();
  }
  // Exact averages, or every message to all others.
  Traffic traffic(const StepCosts& step) const override {
    Traffic all;
    if (gathers(this->coded(), step.step)) {
      const std::int64_t messages = static_cast<std::int64_t>(step.workers) * (step.workers - 1);
      all = {messages * this->coded().message, messages};
    }
    for (const std::int64_t bytes : averaged(step)) {
      all = all + ring_traffic(step.workers, 0, bytes);
    }
    return all;
  }
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override {
    if (gathers(this->coded(), step.step)) {
      if (!to_all_) {
        to_all_ = all_edges(step.workers);
      }
      events.push_back({.kind = CommEvent::Kind::kExchange,
                        .bytes = static_cast<double>(this->coded().message),
                        .edges = &*to_all_});
    }
    for (const std::int64_t bytes : averaged(step)) {
      events.push_back({.kind = CommEvent::Kind::kAverage, .bytes = static_cast<double>(bytes)});
    }
  }

 private:
  // Bytes of the rows that are averaged exactly, or of scales that are agreed on like that, one
  // after the other.
  std::vector<std::int64_t> averaged(const StepCosts& step) const {
    if (step.step < this->coded().start_step) {
      return {this->message({stage_.field})};
    }
    std::vector<std::int64_t> all(this->coded().averaged.begin(), this->coded().averaged.end());
    all.push_back(this->coded().scales);
    std::erase(all, 0);
    return all;
  }

  CodedAverageStage stage_;
  Call call_;
  mutable std::optional<timing::Edges> to_all_;  // from every worker to every other one, once asked
};

}  // namespace

template <class S>
MadeWay<S> coded_averaging(const WayParts<S>& parts, const CodedAverageStage& stage) {
  const bool is_plain = !stage.decoded && parts.coded.start_step == CodedSize::kNever;
  if (is_plain) {
    return averaging(parts, AverageStage{.field = stage.field, .into = stage.into});
  }
  return std::make_unique<CodedAveraging<S>>(parts, stage);
}

template MadeWay<float> coded_averaging(const WayParts<float>&, const CodedAverageStage&);
template MadeWay<double> coded_averaging(const WayParts<double>&, const CodedAverageStage&);

}  // namespace murmur::engine
