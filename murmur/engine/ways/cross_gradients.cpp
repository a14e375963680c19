// SPDX-License-Identifier: Apache-2.0
// Cross-gradients (Aketi, Kodge, Roy: Neighborhood gradient clustering, 2022): every worker takes
// gradients of its own batch also at its neighbors' models, and may answer each neighbor with the
// one taken at its model: answers differ by edge.
//   talk("cross-gradients", x, pull, at_theirs [, at_mine])
//
//   pull      <- sum_j w_ij (x_j - x_i)
//   at_theirs <- sum_j w_ij g_i(x_j)
//   at_mine   <- sum_j w_ij g_j(x_i), by answers
#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

#include "murmur/engine/exchange/mix_rows.h"
#include "murmur/engine/exchange/row_exchange.h"
#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

template <class S>
class Crossing : public Way<S> {
 public:
  Crossing(const WayParts<S>& parts, const TalkStage& stage)
      : Way<S>(parts),
        fields_{stage.fields.at(0),
                stage.fields.at(1),
                stage.fields.at(2),
                stage.fields.size() > 3 ? std::optional(stage.fields[3]) : std::nullopt} {
    if (parts.state != nullptr && parts.state->spread()) {
      exchange_.emplace(parts.state->peers);
    }
  }

  void begin(const Call& call) override;
  Status wait(std::size_t unit) override;
  void close() override {
    if (exchange_) {
      exchange_->close();
    }
  }

  std::size_t bytes() const override {
    return models_.bytes() + gradients_.bytes() + answers_.bytes();
  }
  std::int64_t edges() const override { return edges_; }
  bool uses_graph() const override { return true; }
  Traffic traffic(const StepCosts& step) const override {
    const std::int64_t messages = (fields_.at_mine ? 2 : 1) * step.edges;
    return {messages * this->message({fields_.models}), messages};
  }
  // As many gradients as the mean worker has neighbors, between the models and the answers.
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override {
    const CommEvent exchange{.kind = CommEvent::Kind::kExchange,
                             .bytes = static_cast<double>(this->message({fields_.models})),
                             .edges = step.graph};
    events.push_back(exchange);
    for (std::int64_t k = 0; k < step.edges; k += step.workers) {
      events.push_back({.kind = CommEvent::Kind::kGradient});
    }
    if (fields_.at_mine) {
      events.push_back(exchange);
    }
  }

 private:
  struct Fields {
    std::size_t models = 0;
    std::size_t pull = 0;
    std::size_t at_theirs = 0;
    std::optional<std::size_t> at_mine;
  };
  struct Edge {  // from a neighbor to a local worker
    int neighbor = 0;
    std::size_t place = 0;  // of the neighbor's row among the remote ones, if it is remote
    S weight = 0;
  };

  bool is_local(int worker) const { return this->state().local().contains(worker); }
  std::size_t local_place(int worker) const {
    return static_cast<std::size_t>(worker - this->state().local().begin);
  }
  const S* model_of(const Edge& edge) const {
    return is_local(edge.neighbor) ? this->state().rows->row(fields_.models, edge.neighbor)
                                   : models_.row(0, edge.place);
  }
  void find_edges(const topology::MixingMatrix& matrix);
  // Where the gradient of local worker i at its k-th neighbor's model is.
  std::size_t row_of(int worker, std::size_t k) const { return first_[local_place(worker)] + k; }
  Status take_models();
  void take_gradients(int worker, int thread);
  Status exchange_answers();
  void add_answers(int worker);
  S* cleared(std::size_t field, int worker) const {
    const std::span<S> row = this->state().rows->whole_row(field, worker);
    std::fill(row.begin(), row.end(), S(0));
    return row.data();
  }

  Fields fields_;
  std::optional<RowExchange<S>> exchange_;  // none in a world of one process
  std::vector<std::vector<Edge>> in_;       // per local worker, neighbors ascending
  std::vector<std::size_t> first_;          // the same: its first row of gradients
  Arena<S> models_;                         // of remote neighbors
  Arena<S> gradients_;                      // per edge into a local worker
  Arena<S> answers_;                        // per edge from a remote neighbor
  std::int64_t edges_ = 0;
  Call call_;
};

template <class S>
void Crossing<S>::find_edges(const topology::MixingMatrix& matrix) {
  WayState<S>& state = this->state();
  const comm::WorkerRange local = state.local();
  const std::vector<int> remote = exchange_ ? exchange_->remote_neighbors() : std::vector<int>();
  edges_ = matrix.edges();
  in_.assign(static_cast<std::size_t>(local.size()), {});
  first_.clear();
  state.self_weights.clear();
  std::size_t rows = 0, from_remote = 0;
  for (int worker = local.begin; worker < local.end; ++worker) {
    first_.push_back(rows);
    state.self_weights.push_back(static_cast<S>(matrix.self(worker)));
    for (const topology::Neighbor& neighbor : matrix.in(worker)) {
      const auto place = std::lower_bound(remote.begin(), remote.end(), neighbor.worker);
      in_[local_place(worker)].push_back({neighbor.worker,
                                          static_cast<std::size_t>(place - remote.begin()),
                                          static_cast<S>(neighbor.weight)});
      from_remote += local.contains(neighbor.worker) ? 0 : 1;
      ++rows;
    }
  }
  const auto fit = [row_size = state.rows->row_size()](Arena<S>& arena, std::size_t count) {
    if (arena.bytes() < count * row_size * sizeof(S)) {
      arena = Arena<S>(std::vector<std::size_t>{count}, row_size);
    }
  };
  fit(models_, remote.size());
  fit(gradients_, rows);
  fit(answers_, fields_.at_mine ? from_remote : 0);
}

template <class S>
void Crossing<S>::begin(const Call& call) {
  WayState<S>& state = this->state();
  call_ = call;
  const topology::MixingMatrix matrix =
      call.matrix == nullptr ? state.topology->at(call.step) : *call.matrix;
  if (exchange_) {
    exchange_->set_graph(matrix);
  }
  find_edges(matrix);
  if (!exchange_) {
    return;
  }
  exchange_->open(1, call.tag, state.rows->memory());
  for (int worker = state.local().begin; worker < state.local().end; ++worker) {
    for (std::size_t b = 0; b < state.peers.buckets->count(); ++b) {
      exchange_->send(worker, b, [&](std::size_t /*place*/, int of) {
        return state.rows->row(fields_.models, of);
      });
    }
  }
}

// A bucket of a remote row is valid only until the next one is waited for, so it is copied.
template <class S>
Status Crossing<S>::take_models() {
  WayState<S>& state = this->state();
  for (std::size_t b = 0; exchange_ && b < state.peers.buckets->count(); ++b) {
    if (Status here = state.timed_wait([&] { return exchange_->wait(b); }); !here) {
      return here;
    }
    const CoordinateRange range = state.peers.buckets->range(b);
    for (std::size_t g = 0; g < exchange_->remote_neighbors().size(); ++g) {
      const S* const row = exchange_->row(0, g);
      std::copy(row + range.begin, row + range.end, models_.row(0, g) + range.begin);
    }
  }
  return Ok{};
}

template <class S>
void Crossing<S>::take_gradients(int worker, int thread) {
  WayState<S>& state = this->state();
  const std::vector<Edge>& in = in_[local_place(worker)];
  std::vector<WeightedRow<S>> models;
  for (const Edge& edge : in) {
    models.push_back({model_of(edge), edge.weight});
  }
  pull_row(state.rows->row(fields_.models, worker),
           models,
           state.rows->row_size(),
           state.rows->row(fields_.pull, worker));
  S* const sum = cleared(fields_.at_theirs, worker);
  for (std::size_t k = 0; k < in.size(); ++k) {
    S* const gradient = gradients_.row(0, row_of(worker, k));
    state.gradient_at(worker, models[k].row, gradient, thread);
    add_share(gradient, in[k].weight, state.rows->row_size(), sum);
  }
}

// Between two processes all answers have one tag: they come in the order in which they are sent,
// by worker and by neighbor.
template <class S>
Status Crossing<S>::exchange_answers() {
  WayState<S>& state = this->state();
  const Peers& peers = state.peers;
  const comm::WorkerRange local = state.local();
  const comm::Tag tag = peers.tags.of(TagKind::kPlain, call_.tag, 0);
  const std::size_t row_size = state.rows->row_size();
  std::vector<Awaited> awaited;
  std::size_t next = 0;
  std::vector<std::tuple<int, int, std::size_t>> expected;  // from, to, place among the answers
  for (int worker = local.begin; worker < local.end; ++worker) {
    for (std::size_t k = 0; k < in_[local_place(worker)].size(); ++k) {
      const int neighbor = in_[local_place(worker)][k].neighbor;
      if (is_local(neighbor)) {
        continue;
      }
      const int owner = peers.ownership->owner(neighbor);
      const std::span<const S> answer(gradients_.row(0, row_of(worker, k)), row_size);
      awaited.push_back(
          {peers.transport->send(owner, tag, std::as_bytes(answer), gradients_.memory()), owner});
      expected.emplace_back(neighbor, worker, next++);
    }
  }
  std::sort(expected.begin(), expected.end());
  for (const auto& [from, to, place] : expected) {
    const int owner = peers.ownership->owner(from);
    const std::span<S> answer(answers_.row(0, place), row_size);
    awaited.push_back(
        {peers.transport->receive(owner, tag, std::as_writable_bytes(answer), answers_.memory()),
         owner});
  }
  return state.timed_wait([&] { return peers.wait_for(awaited); });
}

template <class S>
void Crossing<S>::add_answers(int worker) {
  S* const sum = cleared(*fields_.at_mine, worker);
  const std::size_t size = this->state().rows->row_size();
  std::size_t place = 0;
  for (int other = this->state().local().begin; other < worker; ++other) {
    for (const Edge& edge : in_[local_place(other)]) {
      place += is_local(edge.neighbor) ? 0 : 1;
    }
  }
  for (const Edge& edge : in_[local_place(worker)]) {
    if (!is_local(edge.neighbor)) {
      add_share(answers_.row(0, place++), edge.weight, size, sum);
      continue;
    }
    const std::vector<Edge>& theirs = in_[local_place(edge.neighbor)];
    const auto back = std::find_if(
        theirs.begin(), theirs.end(), [&](const Edge& e) { return e.neighbor == worker; });
    MURMUR_CHECK(back != theirs.end(), "worker {} cannot answer {}", edge.neighbor, worker);
    const auto k = static_cast<std::size_t>(back - theirs.begin());
    add_share(gradients_.row(0, row_of(edge.neighbor, k)), edge.weight, size, sum);
  }
}

template <class S>
Status Crossing<S>::wait(std::size_t /*unit*/) {
  WayState<S>& state = this->state();
  if (Status here = take_models(); !here) {
    return here;
  }
  const int first = state.local().begin;
  const auto workers = static_cast<std::size_t>(state.local().size());
  const auto started = SteadyClock::now();
  state.pool->run(workers, [&](std::size_t index, int thread) {
    take_gradients(first + static_cast<int>(index), thread);
  });
  state.times.gradient_s += seconds_since(started);
  if (!fields_.at_mine) {
    return Ok{};
  }
  if (exchange_) {
    if (Status exchanged = exchange_answers(); !exchanged) {
      return exchanged.failure().in("exchanging cross-gradients");
    }
  }
  const auto add = [&](std::size_t i, int) { add_answers(first + static_cast<int>(i)); };
  state.pool->run(workers, add);
  return Ok{};
}

}  // namespace

template <class S>
MadeWay<S> cross_gradients(const WayParts<S>& parts, const TalkStage& stage) {
  return std::make_unique<Crossing<S>>(parts, stage);
}

template MadeWay<float> cross_gradients(const WayParts<float>&, const TalkStage&);
template MadeWay<double> cross_gradients(const WayParts<double>&, const TalkStage&);

}  // namespace murmur::engine
