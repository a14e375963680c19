// SPDX-License-Identifier: Apache-2.0
// A transport in which a failure is injected at a chosen operation.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "murmur/comm/transport.h"

namespace murmur::testing {

class FailingTransport : public comm::Transport, public comm::SharedViews {
 public:
  using Injection = std::function<void(comm::Transport& other)>;

  // Calls inject(other) before operation number `at` of those that are counted below, from 1 on.
  FailingTransport(comm::Transport* other, int at, Injection inject)
      : other_(other), at_(at), inject_(std::move(inject)) {}

  int operations() const { return operations_; }

  int process() const override { return other_->process(); }
  int processes() const override { return other_->processes(); }
  comm::Tag largest_tag() const override { return other_->largest_tag(); }
  comm::Ticket send(int to,
                    comm::Tag tag,
                    std::span<const std::byte> bytes,
                    comm::Memory memory) override {
    count();
    return other_->send(to, tag, bytes, std::move(memory));
  }
  comm::Ticket receive(int from,
                       comm::Tag tag,
                       std::span<std::byte> bytes,
                       comm::Memory memory) override {
    count();
    return other_->receive(from, tag, bytes, std::move(memory));
  }
  Status wait(comm::Ticket ticket) override {
    count();
    return other_->wait(ticket);
  }
  // Not counted: the number of polls varies.
  bool is_done(comm::Ticket ticket) override { return other_->is_done(ticket); }
  void set_wait_limit(std::chrono::milliseconds limit) override { other_->set_wait_limit(limit); }
  std::int64_t bytes_sent() const override { return other_->bytes_sent(); }
  comm::SharedViews* shared_views() override {
    return other_->shared_views() == nullptr ? nullptr : this;
  }
  void send_control(int to, const comm::Notice& notice) override {
    other_->send_control(to, notice);
  }
  void on_notice(comm::NoticeHandler handler) override { other_->on_notice(std::move(handler)); }
  void fail(const Failure& failure) override { other_->fail(failure); }

  bool reaches(int process) const override { return other_->shared_views()->reaches(process); }
  Result<std::span<std::byte>> take(std::size_t bytes) override {
    return other_->shared_views()->take(bytes);
  }
  void release(std::span<std::byte> memory) override { other_->shared_views()->release(memory); }
  comm::Ticket publish(int to, comm::Tag tag, std::span<const std::byte> bytes) override {
    count();
    return other_->shared_views()->publish(to, tag, bytes);
  }
  comm::Ticket acquire(int from, comm::Tag tag) override {
    count();
    return other_->shared_views()->acquire(from, tag);
  }
  std::span<const std::byte> view(comm::Ticket ticket) override {
    return other_->shared_views()->view(ticket);
  }
  void release(comm::Ticket ticket) override {
    count();
    other_->shared_views()->release(ticket);
  }

 private:
  void count() {
    if (++operations_ == at_) {
      inject_(*other_);
    }
  }

  comm::Transport* other_;
  const int at_;
  const Injection inject_;
  std::atomic<int> operations_ = 0;
};

}  // namespace murmur::testing
