// SPDX-License-Identifier: Apache-2.0
// Signs, and the majority's: of a number that is not negative +1, also of 0, and a tie is +1.
//
//   talk_off_graph("signs", field, into)    into_i <- sign(field_i); nothing is sent
//   talk_off_graph("vote", field, into)     into <- sign(sum_i sign(field_i)), kept once
//
//   message: of every tensor a bit per entry, 1: negative; entry k is bit k mod 8 of byte k / 8
//
// Bernstein, Zhao, Azizzadenesheli, Anandkumar: signSGD with majority vote, ICLR 2019. A message of
// every worker goes to a server, which is the first process, and the vote comes back.
#include <algorithm>
#include <numeric>

#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

std::size_t bytes_of(std::size_t entries) {
  return (entries + 7) / 8;
}

bool is_negative(const std::byte* bits, std::size_t k) {
  return (std::to_integer<unsigned>(bits[k / 8]) >> (k % 8) & 1U) != 0;
}

// One byte of eight answers.
template <class Negative>
std::byte packed(std::size_t begin, std::size_t entries, const Negative& negative) {
  unsigned byte = 0;
  for (std::size_t k = begin; k < std::min(entries, begin + 8); ++k) {
    byte |= (negative(k) ? 1U : 0U) << (k - begin);
  }
  return static_cast<std::byte>(byte);
}

template <class S>
class Signs : public Way<S> {
 public:
  Signs(const WayParts<S>& parts, const TalkStage& stage)
      : Way<S>(parts), field_(stage.fields.at(0)), into_(stage.fields.at(1)) {}

  void begin(const Call& /*call*/) override {}
  Status wait(std::size_t /*unit*/) override {
    WayState<S>& state = this->state();
    for (int worker = state.local().begin; worker < state.local().end; ++worker) {
      const S* const values = state.rows->row(field_, worker);
      S* const signs = state.rows->row(into_, worker);
      std::fill_n(signs, state.rows->row_size(), S(0));  // padding stays 0
      for (const TensorSlot& slot : state.layout->tensors()) {
        for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
          signs[k] = values[k] < 0 ? S(-1) : S(1);
        }
      }
    }
    return Ok{};
  }

  Traffic traffic(const StepCosts& /*step*/) const override { return {}; }
  void plan(StepCosts& /*step*/, std::vector<CommEvent>& /*events*/) const override {}

 private:
  std::size_t field_;
  std::size_t into_;
};

template <class S>
class Voting : public Way<S> {
 public:
  Voting(const WayParts<S>& parts, const TalkStage& stage)
      : Way<S>(parts),
        field_(stage.fields.at(0)),
        into_(stage.fields.at(1)),
        message_bytes_(static_cast<std::size_t>(parts.numbers.bytes_of_bits())) {}

  void begin(const Call& call) override { call_ = call; }
  Status wait(std::size_t /*unit*/) override {
    WayState<S>& state = this->state();
    if (messages_ == nullptr) {
      messages_ = std::make_shared<std::vector<std::byte>>(
          static_cast<std::size_t>(state.peers.ownership->workers() + 1) * message_bytes_);
    }
    state.pool->run(static_cast<std::size_t>(state.local().size()), [&](std::size_t index, int) {
      encode(state.local().begin + static_cast<int>(index));
    });
    if (Status here = collect(); !here) {
      return here.failure().in("collecting votes");
    }
    if (state.peers.process() == 0) {
      count();
    }
    if (Status here = spread(); !here) {
      return here.failure().in("spreading the vote");
    }
    decode();
    return Ok{};
  }

  Traffic traffic(const StepCosts& step) const override {
    const std::int64_t messages = step.workers > 1 ? 2 * std::int64_t{step.workers} : 0;
    return {messages * static_cast<std::int64_t>(message_bytes_), messages};
  }
  void plan(StepCosts& step, std::vector<CommEvent>& events) const override {
    if (step.workers > 1) {
      all_.resize(static_cast<std::size_t>(step.workers));
      std::iota(all_.begin(), all_.end(), 0);
      events.push_back({.kind = CommEvent::Kind::kAverage,
                        .bytes = static_cast<double>(message_bytes_),
                        .drawn = &all_});
    }
  }

 private:
  std::byte* message(int worker) {
    return messages_->data() + static_cast<std::size_t>(worker) * message_bytes_;
  }
  std::byte* vote() { return message(this->state().peers.ownership->workers()); }

  // visit(slot, offset of its bits)
  template <class Visit>
  void for_each_tensor(const Visit& visit) {
    std::size_t offset = 0;
    for (const TensorSlot& slot : this->state().layout->tensors()) {
      visit(slot, offset);
      offset += bytes_of(slot.size);
    }
  }

  void encode(int worker) {
    const S* const row = this->state().rows->row(field_, worker);
    for_each_tensor([&](const TensorSlot& slot, std::size_t offset) {
      for (std::size_t k = 0; k < slot.size; k += 8) {
        message(worker)[offset + k / 8] =
            packed(k, slot.size, [&](std::size_t e) { return row[slot.offset + e] < 0; });
      }
    });
  }

  void count() {
    const int workers = this->state().peers.ownership->workers();
    for_each_tensor([&](const TensorSlot& slot, std::size_t offset) {
      for (std::size_t k = 0; k < slot.size; k += 8) {
        vote()[offset + k / 8] = packed(k, slot.size, [&](std::size_t e) {
          int negative = 0;
          for (int worker = 0; worker < workers; ++worker) {
            negative += is_negative(message(worker) + offset, e) ? 1 : 0;
          }
          return 2 * negative > workers;
        });
      }
    });
  }

  void decode() {
    WayState<S>& state = this->state();
    S* const signs = state.rows->row(into_, state.local().begin);
    std::fill_n(signs, state.rows->row_size(), S(0));  // padding stays 0
    for_each_tensor([&](const TensorSlot& slot, std::size_t offset) {
      for (std::size_t k = 0; k < slot.size; ++k) {
        signs[slot.offset + k] = is_negative(vote() + offset, k) ? S(-1) : S(1);
      }
    });
  }

  // The messages of a process's workers lie one behind the other, and travel as one.
  std::span<std::byte> messages_of(int process) {
    const comm::WorkerRange workers = this->state().peers.ownership->of(process);
    return {message(workers.begin), static_cast<std::size_t>(workers.size()) * message_bytes_};
  }
  comm::Tag tag() const { return this->state().peers.tags.of(TagKind::kPlain, call_.tag, 0); }

  Status collect() {
    const Peers& peers = this->state().peers;
    if (peers.transport == nullptr) {
      return Ok{};
    }
    std::vector<Awaited> awaited;
    if (peers.process() > 0) {
      const auto mine = messages_of(peers.process());
      awaited.push_back({peers.transport->send(0, tag(), mine, messages_), 0});
    }
    for (int p = 1; peers.process() == 0 && p < peers.ownership->processes(); ++p) {
      awaited.push_back({peers.transport->receive(p, tag(), messages_of(p), messages_), p});
    }
    return this->state().timed_wait([&] { return peers.wait_for(awaited); });
  }

  Status spread() {
    const Peers& peers = this->state().peers;
    if (peers.transport == nullptr) {
      return Ok{};
    }
    const std::span<std::byte> bits(vote(), message_bytes_);
    std::vector<Awaited> awaited;
    if (peers.process() > 0) {
      awaited.push_back({peers.transport->receive(0, tag(), bits, messages_), 0});
    }
    for (int p = 1; peers.process() == 0 && p < peers.ownership->processes(); ++p) {
      awaited.push_back({peers.transport->send(p, tag(), bits, messages_), p});
    }
    return this->state().timed_wait([&] { return peers.wait_for(awaited); });
  }

  std::size_t field_;
  std::size_t into_;
  std::size_t message_bytes_;
  std::shared_ptr<std::vector<std::byte>> messages_;  // of all workers, and the vote
  Call call_;
  mutable std::vector<int> all_;  // the workers, once asked for costs
};

}  // namespace

template <class S>
MadeWay<S> signs(const WayParts<S>& parts, const TalkStage& stage) {
  return std::make_unique<Signs<S>>(parts, stage);
}
template <class S>
MadeWay<S> voting(const WayParts<S>& parts, const TalkStage& stage) {
  return std::make_unique<Voting<S>>(parts, stage);
}

template MadeWay<float> signs(const WayParts<float>&, const TalkStage&);
template MadeWay<double> signs(const WayParts<double>&, const TalkStage&);
template MadeWay<float> voting(const WayParts<float>&, const TalkStage&);
template MadeWay<double> voting(const WayParts<double>&, const TalkStage&);

}  // namespace murmur::engine
