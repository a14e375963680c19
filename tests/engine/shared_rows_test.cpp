// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/shared_rows.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace murmur::engine {
namespace {

// Shared views whose reader is as slow as a test asks for.
class SlowReader final : public comm::Transport, public comm::SharedViews {
 public:
  bool fails = false;     // every wait fails
  bool released = false;  // all memory was released
  std::set<std::uint64_t> unread;

  int process() const override { return 0; }
  int processes() const override { return 2; }
  comm::Ticket send(int, comm::Tag, std::span<const std::byte>, comm::Memory) override {
    return {};
  }
  comm::Ticket receive(int, comm::Tag, std::span<std::byte>, comm::Memory) override { return {}; }
  Status wait(comm::Ticket ticket) override {
    if (fails) {
      return Failure{FailureKind::kPeer, "not read"};
    }
    unread.erase(ticket.id);
    return Ok{};
  }
  bool is_done(comm::Ticket ticket) override { return !unread.contains(ticket.id); }
  void set_wait_limit(std::chrono::milliseconds) override {}
  std::int64_t bytes_sent() const override { return 0; }
  SharedViews* shared_views() override { return this; }
  void send_control(int, const comm::Notice&) override {}
  void on_notice(comm::NoticeHandler) override {}
  void fail(const Failure&) override {}

  bool reaches(int) const override { return true; }
  Result<std::span<std::byte>> take(std::size_t bytes) override {
    memory_.resize(bytes);
    return std::span<std::byte>(memory_);
  }
  void release(std::span<std::byte>) override { released = true; }
  comm::Ticket publish(int, comm::Tag, std::span<const std::byte>) override {
    unread.insert(++last_);
    return {last_};
  }
  comm::Ticket acquire(int, comm::Tag) override { return {}; }
  std::span<const std::byte> view(comm::Ticket) override { return {}; }
  void release(comm::Ticket) override {}

 private:
  std::vector<std::byte> memory_;
  std::uint64_t last_ = 0;
};

class SharedRowsTest : public ::testing::Test {
 protected:
  SharedRowsTest() { layout_.add("x", {16}); }

  Status publish(SharedRows<double>& rows) {
    const SharedRows<double>::View view{1, {0, 16}};
    return rows.publish(0, 0, values_.data(), 5, {&view, 1});
  }

  Layout layout_{sizeof(double)};
  Buckets buckets_ = [] {
    Layout layout(sizeof(double));
    layout.add("x", {16});
    return Buckets(layout, sizeof(double));
  }();
  std::vector<double> values_ = std::vector<double>(16, 1.0);
  SlowReader transport_;
};

TEST_F(SharedRowsTest, GiveTheirMemoryBackWhenAllIsRead) {
  {
    SharedRows<double> rows(&transport_, 1, &buckets_);
    EXPECT_TRUE(publish(rows));
    rows.swap_buffers();
    EXPECT_TRUE(publish(rows));
  }
  EXPECT_TRUE(transport_.unread.empty());
  EXPECT_TRUE(transport_.released);
}

TEST_F(SharedRowsTest, KeepTheirMemoryWhileItMayBeRead) {
  {
    SharedRows<double> rows(&transport_, 1, &buckets_);
    EXPECT_TRUE(publish(rows));
    transport_.fails = true;
    EXPECT_FALSE(publish(rows)) << "the same side again";
  }
  EXPECT_EQ(transport_.unread.size(), 1U);
  EXPECT_FALSE(transport_.released);
}

}  // namespace
}  // namespace murmur::engine
