// SPDX-License-Identifier: Apache-2.0
// One mailbox per process. A message is copied once if its receive is already posted and twice
// otherwise, so a send never waits for its receiver. No thread locks two mailboxes at a time.
#include "murmur/comm/in_process/in_process_fabric.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "murmur/comm/in_process/mailbox.h"
#include "murmur/core/check.h"
#include "murmur/core/mutex.h"

namespace murmur::comm {

class InProcessFabric::World {
 public:
  World(int processes, std::chrono::milliseconds wait_limit)
      : wait_limit_(wait_limit),
        notice_queues_(static_cast<std::size_t>(processes)),
        taken_(static_cast<std::size_t>(processes), false) {
    for (int process = 0; process < processes; ++process) {
      mailboxes_.push_back(std::make_unique<Mailbox>(processes));
    }
  }

  int processes() const { return static_cast<int>(mailboxes_.size()); }
  std::chrono::milliseconds wait_limit() const { return wait_limit_; }
  Mailbox& mailbox(int process) {
    MURMUR_CHECK(process >= 0 && process < processes(), "process {} of {}", process, processes());
    return *mailboxes_[static_cast<std::size_t>(process)];
  }
  NoticeQueue& notice_queue(int process) {
    return notice_queues_.at(static_cast<std::size_t>(process));
  }
  void take(int process) {
    const Lock lock(mutex_);
    MURMUR_CHECK(!taken_.at(static_cast<std::size_t>(process)), "process {} is taken", process);
    taken_[static_cast<std::size_t>(process)] = true;
  }
  void leave(int process) {
    for (const std::unique_ptr<Mailbox>& mailbox : mailboxes_) {
      mailbox->note_departure(process);
    }
    mailbox(process).clear();
  }

 private:
  const std::chrono::milliseconds wait_limit_;
  std::vector<std::unique_ptr<Mailbox>> mailboxes_;  // constant after construction
  std::deque<NoticeQueue> notice_queues_;            // likewise
  Mutex mutex_;
  std::vector<bool> taken_ MURMUR_GUARDED_BY(mutex_);
};

class InProcessFabric::Endpoint final : public Transport {
 public:
  Endpoint(std::shared_ptr<World> world, int process)
      : world_(std::move(world)), process_(process), wait_limit_(world_->wait_limit()) {}
  ~Endpoint() override {
    world_->notice_queue(process_).set_handler({});
    world_->leave(process_);
  }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  int process() const override { return process_; }
  int processes() const override { return world_->processes(); }

  Ticket send(int to, Tag tag, std::span<const std::byte> bytes, Memory /*copied*/) override {
    MURMUR_CHECK(to != process_, "process {} sends to itself", process_);
    bytes_sent_ += static_cast<std::int64_t>(bytes.size());
    const bool delivered = world_->mailbox(to).deliver(process_, to, tag, bytes);
    return mailbox().add_send(to, tag, delivered);
  }
  Ticket receive(int from, Tag tag, std::span<std::byte> bytes, Memory memory) override {
    MURMUR_CHECK(from != process_ && from >= 0 && from < processes(), "from process {}", from);
    return mailbox().post(from, tag, bytes, std::move(memory));
  }
  Status wait(Ticket ticket) override {
    return mailbox().wait(ticket, process_, wait_limit_.load());
  }
  bool is_done(Ticket ticket) override { return mailbox().is_done(ticket); }
  void set_wait_limit(std::chrono::milliseconds limit) override { wait_limit_ = limit; }
  std::int64_t bytes_sent() const override { return bytes_sent_; }
  void send_control(int to, const Notice& notice) override {
    const std::string text = notice.text.substr(0, kNoticeText);
    world_->notice_queue(to).put(process_,
                                 {.kind = notice.kind, .number = notice.number, .text = text});
  }
  void on_notice(NoticeHandler handler) override {
    world_->notice_queue(process_).set_handler(std::move(handler));
  }
  void fail(const Failure& failure) override { mailbox().fail(failure); }

 private:
  Mailbox& mailbox() { return world_->mailbox(process_); }

  std::shared_ptr<World> world_;
  int process_;
  std::atomic<std::chrono::milliseconds> wait_limit_;
  std::atomic<std::int64_t> bytes_sent_ = 0;
};

InProcessFabric::InProcessFabric(int processes, std::chrono::milliseconds wait_limit)
    : world_(std::make_shared<World>(processes, wait_limit)) {
  MURMUR_CHECK(processes >= 1, "a fabric of {} processes", processes);
}

InProcessFabric::~InProcessFabric() = default;

std::unique_ptr<Transport> InProcessFabric::transport(int process) {
  world_->take(process);
  return std::make_unique<Endpoint>(world_, process);
}

void InProcessFabric::close(int process) {
  world_->leave(process);
}

}  // namespace murmur::comm
