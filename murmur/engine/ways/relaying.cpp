// SPDX-License-Identifier: Apache-2.0
// Relays along a tree (Vogels et al.: RelaySum for decentralized deep learning on heterogeneous
// data, NeurIPS 2021). In every step worker i sends to each neighbor j what it has of its own, and
// what it received from all others in the step before:
//
//   m_ij = h_i + sum_{k != j} m_ki^old          c_ij = 1 + sum_{k != j} c_ki^old
//   C_i = sum_j c_ji,  S_i = sum_j m_ji
//
//   talk("relay-start", x, up, down, first)      x <- (h + S + (n - 1 - C) first) / n, h = x
//   talk("relay-own", x, up, down)               x <- ((n - C) h + S) / n
//   talk("relay-counts", x, up, down)            x <- (h + S) / (1 + C)
//   talk("relay-updates", x, up, down, h)        x <- x + (h + S) / n
//
// Messages belong to edges: up_i is what worker i sent to its parent, down_i what it received from
// it. With two trees even parameters travel on the first and odd ones on the second, each with its
// counts, which are functions of the step.
#include <algorithm>
#include <optional>

#include "murmur/engine/ways/relay_part.h"
#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

enum class Average { kFirst, kOwn, kCounted, kUpdates };

template <class S>
void copy(const RelayPart& part, const S* from, S* to) {
  for_each_coordinate(part, [&](std::size_t k) { to[k] = from[k]; });
}
template <class S>
void add(const RelayPart& part, const S* from, S* to) {
  for_each_coordinate(part, [&](std::size_t k) { to[k] += from[k]; });
}

template <class S>
class Relaying : public Way<S> {
 public:
  Relaying(const WayParts<S>& parts, const TalkStage& stage, Average average)
      : Way<S>(parts),
        x_(stage.fields.at(0)),
        up_(stage.fields.at(1)),
        down_(stage.fields.at(2)),
        other_(stage.fields.size() > 3 ? std::optional(stage.fields[3]) : std::nullopt),
        average_(average),
        trees_(topology::trees_of(*parts.topology)) {
    if (parts.state != nullptr) {
      make_room(*parts.state);
    }
  }

  void begin(const Call& call) override { call_ = call; }
  Status wait(std::size_t /*unit*/) override;

  std::size_t bytes() const override { return next_.bytes() + from_below_.bytes(); }
  Traffic traffic(const StepCosts& step) const override {
    const std::int64_t edges = 2 * (std::int64_t{step.workers} - 1);
    const auto trees = static_cast<std::int64_t>(trees_.size());
    return {edges * (this->message({x_}) + trees * kCountBytes), edges * trees};
  }
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override;

 private:
  static constexpr std::int64_t kCountBytes = 4;

  enum Next { kUp, kDown, kBelow };  // fields of next_: per local worker, twice; per remote child

  void make_room(WayState<S>& state);
  bool is_local(int worker) const { return this->state().local().contains(worker); }
  std::size_t place(int worker) const {
    return static_cast<std::size_t>(worker - this->state().local().begin);
  }
  S* own(int worker) const {  // h
    const std::size_t field = average_ == Average::kUpdates ? *other_ : x_;
    return this->state().rows->row(field, worker);
  }
  // What a child sent in the step before, and what it is to be sent.
  const S* sent_by(const RelayPart& part, int child) const {
    return is_local(child) ? this->state().rows->row(up_, child)
                           : from_below_.row(0, part.remote.at(child));
  }
  S* to_be_sent(const RelayPart& part, int child) {
    return is_local(child) ? next_.row(kDown, place(child))
                           : next_.row(kBelow, part.remote.at(child));
  }
  void compose(std::size_t tree, int worker);
  Status exchange(std::size_t tree);
  void join(std::size_t tree, int worker);
  Status refresh();

  std::size_t x_, up_, down_;
  std::optional<std::size_t> other_;
  Average average_;
  std::vector<topology::Tree> trees_;
  std::vector<RelayPart> parts_;
  Arena<S> next_;               // messages of this step
  Arena<S> from_below_;         // of remote children: what they sent in the step before
  std::int64_t next_step_ = 0;  // from_below_ is of the step before this one
  Call call_;
  mutable std::vector<timing::Edges> edges_;  // per tree, once costs were asked for
};

template <class S>
void Relaying<S>::make_room(WayState<S>& state) {
  std::size_t remote = 0;
  for (std::size_t tree = 0; tree < trees_.size(); ++tree) {
    parts_.push_back(relay_part(
        trees_[tree], state.local(), strips_of(*state.layout, tree, trees_.size()), remote));
    remote += parts_.back().remote.size();
  }
  const auto workers = static_cast<std::size_t>(state.local().size());
  next_ = Arena<S>({workers, workers, remote}, state.rows->row_size());
  from_below_ = Arena<S>(std::vector<std::size_t>{remote}, state.rows->row_size());
}

// The messages of a worker, from those of the step before; what comes to the root from above is 0.
template <class S>
void Relaying<S>::compose(std::size_t tree, int worker) {
  const RelayPart& part = parts_[tree];
  const std::vector<int>& below = part.below[static_cast<std::size_t>(worker)];
  S* const up = next_.row(kUp, place(worker));
  copy(part, static_cast<const S*>(own(worker)), up);
  for (const int child : below) {
    add(part, sent_by(part, child), up);
  }
  for (const int to : below) {
    S* const message = to_be_sent(part, to);
    copy(part, static_cast<const S*>(own(worker)), message);
    add(part, static_cast<const S*>(this->state().rows->row(down_, worker)), message);
    for (const int child : below) {
      if (child != to) {
        add(part, sent_by(part, child), message);
      }
    }
  }
}

// Between two processes all messages of a tree have one tag: they come in the order in which they
// are sent, by child. A message is a row, of which only the tree's parameters count.
template <class S>
Status Relaying<S>::exchange(std::size_t tree) {
  WayState<S>& state = this->state();
  if (!state.spread()) {
    return Ok{};
  }
  RelayPart& part = parts_[tree];
  const comm::Tag tag = state.peers.tags.of(TagKind::kPlain, call_.tag, 0);
  const std::size_t size = state.rows->row_size();
  std::vector<Awaited> awaited;
  const auto send = [&](int to, const S* row) {
    const int owner = state.peers.ownership->owner(to);
    const auto bytes = std::as_bytes(std::span<const S>(row, size));
    awaited.push_back({state.peers.transport->send(owner, tag, bytes, next_.memory()), owner});
  };
  const auto receive = [&](int from, S* row, const comm::Memory& memory) {
    const int owner = state.peers.ownership->owner(from);
    const auto bytes = std::as_writable_bytes(std::span<S>(row, size));
    awaited.push_back({state.peers.transport->receive(owner, tag, bytes, memory), owner});
  };
  for (int child = 0; child < trees_[tree].workers(); ++child) {
    const int above = trees_[tree].parent[static_cast<std::size_t>(child)];
    if (above < 0 || is_local(child) == is_local(above)) {
      continue;
    }
    if (is_local(child)) {
      send(above, next_.row(kUp, place(child)));
      receive(above, next_.row(kDown, place(child)), next_.memory());
    } else {
      send(child, next_.row(kBelow, part.remote.at(child)));
      receive(child, from_below_.row(0, part.remote.at(child)), from_below_.memory());
    }
  }
  return state.timed_wait([&] { return state.peers.wait_for(awaited); });
}

// The sum of what came, and the worker's average with it.
template <class S>
void Relaying<S>::join(std::size_t tree, int worker) {
  const RelayPart& part = parts_[tree];
  WayState<S>& state = this->state();
  const std::vector<std::int64_t>& heard = part.heard[place(worker)];
  const auto n = static_cast<S>(trees_[tree].workers());
  const auto c =
      static_cast<S>(heard[std::min(static_cast<std::size_t>(call_.step), heard.size() - 1)]);
  S* const x = state.rows->row(x_, worker);
  const S* const mine = own(worker);
  const S* const other = other_ ? state.rows->row(*other_, worker) : nullptr;
  const S* const from_above = next_.row(kDown, place(worker));
  const bool has_parent = trees_[tree].parent[static_cast<std::size_t>(worker)] >= 0;
  std::vector<const S*> below;
  for (const int child : part.below[static_cast<std::size_t>(worker)]) {
    below.push_back(is_local(child) ? next_.row(kUp, place(child))
                                    : from_below_.row(0, part.remote.at(child)));
  }
  for_each_coordinate(part, [&](std::size_t k) {
    S sum = has_parent ? from_above[k] : S(0);
    for (const S* const row : below) {
      sum += row[k];
    }
    switch (average_) {
      case Average::kFirst:
        x[k] = (mine[k] + sum + (n - 1 - c) * other[k]) / n;
        break;
      case Average::kOwn:
        x[k] = ((n - c) * mine[k] + sum) / n;
        break;
      case Average::kCounted:
        x[k] = (mine[k] + sum) / (1 + c);
        break;
      case Average::kUpdates:
        x[k] += (mine[k] + sum) / n;
        break;
    }
  });
}

// What remote children sent is not saved: behind another state their owners' rows are taken.
template <class S>
Status Relaying<S>::refresh() {
  WayState<S>& state = this->state();
  const bool current = next_step_ == call_.step;
  next_step_ = call_.step + 1;
  if (!state.spread() || current) {
    return Ok{};
  }
  for (std::size_t tree = 0; tree < trees_.size(); ++tree) {
    for (int worker = state.local().begin; worker < state.local().end; ++worker) {
      const S* const sent = state.rows->row(up_, worker);
      std::copy_n(sent, state.rows->row_size(), next_.row(kUp, place(worker)));
    }
    if (Status here = exchange(tree); !here) {
      return here;
    }
  }
  return Ok{};
}

template <class S>
Status Relaying<S>::wait(std::size_t /*unit*/) {
  WayState<S>& state = this->state();
  const auto over_workers = [&](const auto& task) {
    state.pool->run(static_cast<std::size_t>(state.local().size()), [&](std::size_t index, int) {
      task(state.local().begin + static_cast<int>(index));
    });
  };
  if (Status here = refresh(); !here) {
    return here.failure().in("taking over relayed messages");
  }
  for (std::size_t tree = 0; tree < trees_.size(); ++tree) {
    over_workers([&](int worker) { compose(tree, worker); });
    if (Status here = exchange(tree); !here) {
      return here.failure().in("relaying");
    }
  }
  over_workers([&](int worker) {
    for (std::size_t tree = 0; tree < trees_.size(); ++tree) {
      join(tree, worker);
    }
  });
  over_workers([&](int worker) {
    const std::size_t size = state.rows->row_size();
    std::copy_n(next_.row(kUp, place(worker)), size, state.rows->row(up_, worker));
    std::copy_n(next_.row(kDown, place(worker)), size, state.rows->row(down_, worker));
  });
  return Ok{};
}

template <class S>
void Relaying<S>::plan(StepCosts& /*step*/, std::vector<CommEvent>& events) const {
  for (std::size_t tree = edges_.size(); tree < trees_.size(); ++tree) {
    edges_.push_back(edges_of(trees_[tree]));
  }
  const double share =
      static_cast<double>(this->message({x_})) / static_cast<double>(edges_.size());
  for (const timing::Edges& edges : edges_) {
    events.push_back({.kind = CommEvent::Kind::kExchange,
                      .bytes = share + static_cast<double>(kCountBytes),
                      .edges = &edges});
  }
}

Average average_of(std::string_view way) {
  return way == "relay-start"    ? Average::kFirst
         : way == "relay-own"    ? Average::kOwn
         : way == "relay-counts" ? Average::kCounted
                                 : Average::kUpdates;
}

}  // namespace

template <class S>
MadeWay<S> relaying(const WayParts<S>& parts, const TalkStage& stage) {
  return std::make_unique<Relaying<S>>(parts, stage, average_of(stage.way));
}

template MadeWay<float> relaying(const WayParts<float>&, const TalkStage&);
template MadeWay<double> relaying(const WayParts<double>&, const TalkStage&);

}  // namespace murmur::engine
