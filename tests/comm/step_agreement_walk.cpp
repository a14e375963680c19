// SPDX-License-Identifier: Apache-2.0
#include "tests/comm/step_agreement_walk.h"

#include <atomic>
#include <latch>
#include <ostream>

#include <fmt/format.h>

#include "murmur/comm/in_process/in_process_fabric.h"
#include "murmur/core/random.h"

namespace murmur::comm {
namespace {

void let_others_go(int times) {
  for (int k = 0; k < times; ++k) {
    std::this_thread::yield();
  }
}

// Words aside take their time, now more, now less, before they are on their way.
class Hesitating final : public Transport {
 public:
  explicit Hesitating(std::unique_ptr<Transport> other) : other_(std::move(other)) {}
  using Transport::receive;
  using Transport::send;

  int process() const override { return other_->process(); }
  int processes() const override { return other_->processes(); }
  Ticket send(int to, Tag tag, std::span<const std::byte> bytes, Memory memory) override {
    return other_->send(to, tag, bytes, std::move(memory));
  }
  Ticket receive(int from, Tag tag, std::span<std::byte> bytes, Memory memory) override {
    return other_->receive(from, tag, bytes, std::move(memory));
  }
  Status wait(Ticket ticket) override { return other_->wait(ticket); }
  bool is_done(Ticket ticket) override { return other_->is_done(ticket); }
  void set_wait_limit(std::chrono::milliseconds limit) override { other_->set_wait_limit(limit); }
  std::int64_t bytes_sent() const override { return other_->bytes_sent(); }
  void send_control(int to, const Notice& notice) override {
    const auto draw = static_cast<std::uint64_t>(told_++);
    let_others_go(static_cast<int>(Random(3, Stream::kTest, process(), to).below(draw, 20)));
    other_->send_control(to, notice);
  }
  void on_notice(NoticeHandler handler) override { other_->on_notice(std::move(handler)); }
  void fail(const Failure& failure) override { other_->fail(failure); }

 private:
  std::unique_ptr<Transport> other_;
  std::atomic<int> told_ = 0;
};

class Walker {
 public:
  Walker(const Plan& plan, std::unique_ptr<Transport> transport)
      : plan_(plan), transport_(std::move(transport)), agreement_(transport_) {}
  Walker(const Walker&) = delete;
  Walker& operator=(const Walker&) = delete;
  ~Walker() {
    for (std::thread& caller : callers_) {
      caller.join();
    }
  }

  void walk() {
    const std::int64_t steps = plan_.in_touch ? 1'000'000 : 500;
    for (std::int64_t step = 0; step < steps; ++step) {
      hold(step);
      const bool is_done = plan_.in_touch && held_.size() == plan_.calls.size();
      if (is_done || !round(step)) {
        return;
      }
    }
  }
  const std::vector<Held>& held() const { return held_; }

 private:
  int process() const { return transport_.process(); }

  void hold(std::int64_t step) {
    while (true) {
      const auto request = agreement_.poll(step);
      if (!request) {
        held_.push_back({-1, 0, request.failure().message});
        return;
      }
      if (!request.value()) {
        return;
      }
      held_.push_back({step, request.value()->purpose, request.value()->text});
    }
  }

  // False: nobody answers.
  bool round(std::int64_t step) {
    for (std::size_t k = 0; k < plan_.calls.size(); ++k) {
      if (plan_.calls[k].process == process() && plan_.calls[k].step == step) {
        call(static_cast<int>(k), plan_.calls[k].aside);
      }
    }
    let_others_go(plan_.pauses[static_cast<std::size_t>(process())]);
    return !plan_.in_touch || send_sequentially(step);
  }

  void call(int purpose, bool aside) {
    const StepRequest request{.purpose = purpose, .text = fmt::format("from {}", process())};
    if (!aside) {
      agreement_.request(request);
      return;
    }
    callers_.emplace_back([this, request] {
      let_others_go(5 * request.purpose % 17);
      agreement_.request(request);
    });
  }

  bool send_sequentially(std::int64_t step) {
    const int processes = transport_.processes();
    std::int64_t theirs = -1;
    const Ticket asked = transport_.receive(
        (process() + processes - 1) % processes, 0, std::as_writable_bytes(std::span(&theirs, 1)));
    const Ticket sent =
        transport_.send((process() + 1) % processes, 0, std::as_bytes(std::span(&step, 1)));
    const bool done = transport_.wait(asked) && transport_.wait(sent) && theirs == step;
    if (!done) {
      held_.push_back({-1, 0, fmt::format("step {} there, {} here", theirs, step)});
    }
    return done;
  }

  const Plan& plan_;
  Hesitating transport_;
  StepAgreement agreement_;
  std::vector<Held> held_;
  std::vector<std::thread> callers_;
};

}  // namespace

std::vector<std::vector<Held>> walk(const Plan& plan) {
  const int processes = static_cast<int>(plan.pauses.size());
  InProcessFabric hub(processes, std::chrono::seconds(30));
  std::vector<std::vector<Held>> held(plan.pauses.size());
  std::latch done(processes);
  std::vector<std::thread> threads;
  for (int p = 0; p < processes; ++p) {
    threads.emplace_back([&, p] {
      Walker walker(plan, hub.transport(p));
      walker.walk();
      held[static_cast<std::size_t>(p)] = walker.held();
      done.arrive_and_wait();  // until then others may ask how far it is
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return held;
}

std::ostream& operator<<(std::ostream& out, const Held& held) {
  return out << fmt::format("request {} before step {} ({})", held.purpose, held.step, held.text);
}

std::ostream& operator<<(std::ostream& out, const Plan& plan) {
  out << (plan.in_touch ? "in touch" : "each for itself") << ", pauses";
  for (const int pause : plan.pauses) {
    out << " " << pause;
  }
  for (const Call& call : plan.calls) {
    out << fmt::format(
        ", {} calls at {}{}", call.process, call.step, call.aside ? " from aside" : "");
  }
  return out;
}

}  // namespace murmur::comm
