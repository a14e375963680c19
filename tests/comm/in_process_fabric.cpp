// SPDX-License-Identifier: Apache-2.0
// What only the transport within a process does; what every transport does is in laws/.
#include "murmur/comm/in_process/in_process_fabric.h"

#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murmur::comm {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

void send(Transport& transport, int to, Tag tag, const std::string& text) {
  ASSERT_TRUE(transport.wait(transport.send(to, tag, bytes_of(text))));
}

std::string receive(Transport& transport, int from, Tag tag, std::size_t length) {
  std::string text(length, '?');
  const Ticket ticket =
      transport.receive(from, tag, std::as_writable_bytes(std::span(text.data(), length)));
  EXPECT_TRUE(transport.wait(ticket));
  return text;
}

TEST(ThreadsTransport, EndsAWaitForASilentPeerInTime) {
  InProcessFabric hub(2, milliseconds(1));
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  std::byte byte{};
  const Status status = b->wait(b->receive(0, 42, {&byte, 1}));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.failure().kind, FailureKind::kPeer);
  EXPECT_THAT(status.failure().message,
              HasSubstr("process 1 waited to receive a message from process 0 with tag 42"));
  EXPECT_THAT(status.failure().message, HasSubstr("within 1 ms"));
}

TEST(ThreadsTransport, WritesNothingIntoAReceiveThatFailed) {
  InProcessFabric hub(2, milliseconds(0));
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  std::string given_up = "?";
  EXPECT_FALSE(b->wait(b->receive(0, 1, std::as_writable_bytes(std::span(given_up.data(), 1)))));
  send(*a, 1, 1, "x");
  EXPECT_EQ(given_up, "?");
  EXPECT_EQ(receive(*b, 0, 1, 1), "x");
}

TEST(ThreadsTransport, WritesNothingIntoReceivesOnceItHasFailed) {
  InProcessFabric hub(2);
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  std::string before = "?";
  std::string after = "?";
  const auto receive_into = [&](std::string& text) {
    return b->receive(0, 1, std::as_writable_bytes(std::span(text)));
  };
  const Ticket first = receive_into(before);
  b->fail({FailureKind::kPeer, "the end"});
  EXPECT_FALSE(b->wait(first));
  EXPECT_FALSE(b->wait(receive_into(after)));
  send(*a, 1, 1, "x");
  send(*a, 1, 1, "y");
  EXPECT_EQ(before, "?");
  EXPECT_EQ(after, "?");
}

// A limit of an hour: only the departure can end these waits.
constexpr std::chrono::hours kForever{1};

TEST(ThreadsTransport, EndsAWaitAtOnceWhenThePeerLeaves) {
  InProcessFabric hub(3, kForever);
  const auto a = hub.transport(0);
  auto b = hub.transport(1);
  std::byte byte{};
  const Ticket ticket = a->receive(1, 9, {&byte, 1});
  std::thread leaver([leaving = std::move(b)]() mutable { leaving.reset(); });
  const Status status = a->wait(ticket);
  leaver.join();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.failure().kind, FailureKind::kPeer);
  EXPECT_THAT(status.failure().message, HasSubstr("process 1 with tag 9: that process is gone"));
}

TEST(ThreadsTransport, StillGivesWhatAPeerSentBeforeItLeft) {
  InProcessFabric hub(2, kForever);
  const auto a = hub.transport(0);
  {
    const auto b = hub.transport(1);
    send(*b, 0, 3, "will");
  }
  EXPECT_EQ(receive(*a, 1, 3, 4), "will");
  std::byte byte{};
  EXPECT_FALSE(a->wait(a->receive(1, 3, {&byte, 1})));
}

TEST(ThreadsTransport, FailsASendToAProcessThatLeft) {
  InProcessFabric hub(2, kForever);
  const auto a = hub.transport(0);
  hub.transport(1).reset();
  const Status status = a->wait(a->send(1, 3, bytes_of("x")));
  ASSERT_FALSE(status);
  EXPECT_THAT(status.failure().message,
              HasSubstr("send a message to process 1 with tag 3: that process is gone"));
}

TEST(ThreadsTransport, EndsTheWaitsOfAProcessThatWasClosed) {
  InProcessFabric hub(2, kForever);
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  std::byte byte{};
  const Ticket ticket = a->receive(1, 0, {&byte, 1});
  std::thread closer([&hub] { hub.close(0); });
  EXPECT_FALSE(a->wait(ticket));
  closer.join();
  // Nor does it reach anybody any more.
  EXPECT_FALSE(a->wait(a->send(1, 0, bytes_of("x"))));
  EXPECT_FALSE(b->wait(b->receive(0, 0, {&byte, 1})));
}

TEST(ThreadsTransport, OutlivesItsHub) {
  std::unique_ptr<Transport> a;
  std::unique_ptr<Transport> b;
  {
    InProcessFabric hub(2);
    a = hub.transport(0);
    b = hub.transport(1);
  }
  send(*a, 1, 1, "x");
  EXPECT_EQ(receive(*b, 0, 1, 1), "x");
}

TEST(ThreadsTransportDeathTest, RefusesAMessageOfAnotherLength) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  InProcessFabric hub(2);
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  send(*a, 1, 6, "four");
  std::byte byte{};
  EXPECT_DEATH(b->receive(0, 6, {&byte, 1}), "4 bytes from process 0 with tag 6 where 1 are");
}

}  // namespace
}  // namespace murmur::comm
