// SPDX-License-Identifier: Apache-2.0
// A kernel that visits the workers one after the other: the fields kept once that it writes go from
// process to process, worker after worker, and then from the last to all.
#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

template <class S>
class Visiting : public Way<S> {
 public:
  Visiting(const WayParts<S>& parts, const SequentialStage<S>& stage)
      : Way<S>(parts), kernel_(&stage.kernel), carried_(this->program().shared_writes(*kernel_)) {}

  void begin(const Call& call) override {
    tag_ = this->state().peers.tags.of(TagKind::kPlain, call.tag, 0);
  }
  Status wait(std::size_t /*unit*/) override {
    const Peers& peers = this->state().peers;
    const int here = peers.process();
    const int last = peers.ownership->processes() - 1;
    if (Status status = here > 0 ? carry(here - 1, here) : Status(Ok{}); !status) {
      return status;
    }
    this->state().run_kernel(*kernel_);
    if (Status status = here < last ? carry(here, here + 1) : Status(Ok{}); !status) {
      return status;
    }
    for (int p = 0; p < last; ++p) {
      if (here == p || here == last) {
        if (Status status = carry(last, p); !status) {
          return status;
        }
      }
    }
    return Ok{};
  }

  // On a ring: each worker sends the result to the next, the last one to the first for the next
  // time.
  Traffic traffic(const StepCosts& step) const override {
    const std::int64_t messages = step.workers > 1 ? step.workers : 0;
    return {messages * this->message(carried_), messages};
  }
  void plan(StepCosts& /*step*/, std::vector<CommEvent>& events) const override {
    events.push_back({.kind = CommEvent::Kind::kSequential,
                      .bytes = static_cast<double>(this->message(carried_))});
  }

 private:
  // REQUIRES: this process is one of the two.
  Status carry(int from, int to) {
    WayState<S>& state = this->state();
    comm::Transport& transport = *state.peers.transport;
    const auto started = SteadyClock::now();
    const bool sends = transport.process() == from;
    std::vector<Awaited> awaited;
    for (const std::size_t f : carried_) {
      const std::span<S> row = state.rows->whole_row(f, state.local().begin);
      if (sends) {
        awaited.push_back({transport.send(to, tag_, std::as_bytes(row), state.rows->memory()), to});
      } else {
        awaited.push_back(
            {transport.receive(from, tag_, std::as_writable_bytes(row), state.rows->memory()),
             from});
      }
    }
    if (const Status status = state.peers.wait_for(awaited); !status) {
      return status.failure().in("visiting the workers in turn");
    }
    state.times.wait_s += seconds_since(started);
    return Ok{};
  }

  const BoundKernel<S>* kernel_;
  std::vector<std::size_t> carried_;
  comm::Tag tag_ = 0;
};

}  // namespace

template <class S>
MadeWay<S> visiting(const WayParts<S>& parts, const SequentialStage<S>& stage) {
  return std::make_unique<Visiting<S>>(parts, stage);
}

template MadeWay<float> visiting(const WayParts<float>&, const SequentialStage<float>&);
template MadeWay<double> visiting(const WayParts<double>&, const SequentialStage<double>&);

}  // namespace murmur::engine
